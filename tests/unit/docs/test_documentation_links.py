"""A link in the documentation leads somewhere, and every page is reached."""

from pathlib import Path

import pytest
from support import documents

PAGES = documents.pages()
LINKS = [(page, link) for page in PAGES for link in documents.links(page)]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=lambda value: getattr(value, "name", value))
def test_links_resolve(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page

    assert target.exists()
    if anchor:
        assert anchor in documents.anchors(target)


def test_the_index_names_every_page() -> None:
    index = documents.ROOT / "docs/README.md"
    named = {(index.parent / link).resolve() for link in documents.links(index)}

    assert set(PAGES) - {index, documents.ROOT / "README.md"} <= named
