"""The documentation becomes a site without a warning, with every page in its order."""

import logging
import re
import shutil
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from stenofleet_deploy.site import navigation
from support import documents

ROOT = documents.ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    make(ROOT, place)
    return place


def make(root: Path, into: Path) -> None:
    """As ``mkdocs build`` does it; any warning ends it."""
    build(load_config(str(root / "mkdocs.yml"), strict=True, site_dir=str(into)))


def test_each_page_of_the_folder_is_on_the_site_and_in_its_navigation(site: Path) -> None:
    pages = [page.relative_to(ROOT / "docs") for page in documents.pages() if "docs" in page.parts]
    start = (site / "index.html").read_text()

    assert len(pages) > 40
    for address in map(address_of, pages):
        assert (site / address / "index.html").is_file()
        assert f'href="{address or "."}"' in start


def address_of(page: Path) -> str:
    folder = page.parent if page.name == "README.md" else page.with_suffix("")
    return "" if folder == Path() else f"{folder}/"


def test_files_of_the_repository_that_pages_link_to_are_on_the_site(site: Path) -> None:
    operator = (site / "operator/index.html").read_text()

    assert (site / "repository/helm/stenofleet/templates/operator/_rules.tpl").is_file()
    assert (site / "repository/SECURITY/index.html").is_file()
    assert 'href="../repository/manifests' not in operator
    assert "<code>manifests/samples</code>" in operator


def test_lists_and_tables_are_shown_as_such(site: Path) -> None:
    shown = [page.read_text() for page in site.rglob("index.html")]

    # What MkDocs did not take for a table or a list stays in a paragraph as it was typed.
    assert [text for text in shown if re.search(r"<p>[^<]*\n(\||- |1\. )", text)] == []


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    loaded = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="https?://')

    assert [page for page in site.rglob("*.html") if loaded.search(page.read_text())] == []


def test_a_page_that_the_index_lacks_fails_the_build(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("docs", "deploy/src/stenofleet_deploy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for page in (tmp_path / "docs").rglob("*.md"):
        page.unlink()
    (tmp_path / "docs/README.md").write_text("# Start\n\n## Here\n\n| [One](one.md) | x |\n")
    (tmp_path / "docs/one.md").write_text("# One\n")
    make(tmp_path, tmp_path / "site")

    (tmp_path / "docs/two.md").write_text("# Two\n")
    with caplog.at_level(logging.WARNING), pytest.raises(Abort, match="strict mode"):
        make(tmp_path, tmp_path / "site")

    assert "two.md" in caplog.text


def test_sections_and_pages_keep_the_order_of_the_index() -> None:
    index = "# Docs\n## Use\n| [B](b.md) | x |\n| [A](../A.md) | x |\n## Know\n| [C](c/c.md) | |\n"

    assert navigation(index) == [
        {"What and why": "README.md"},
        {"Use": [{"B": "b.md"}, {"A": "repository/A.md"}]},
        {"Know": [{"C": "c/c.md"}]},
    ]
