"""Hooks with which MkDocs makes a site of docs/, whose index is the one list of its pages.

A page may link to any file of the repository. On the site such a file stands under `repository/`,
as a page where it is Markdown; a folder, which has no page there, is named without a link.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

INDEX: Final = "README.md"
DOCS: Final = PurePosixPath("docs")
ELSEWHERE: Final = PurePosixPath("repository")
HEADING: Final = re.compile(r"^## (.+)$")
ROW: Final = re.compile(r"^\| \[([^\]]+)\]\(([^)\s]+\.md)\)")
LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Takes the order of pages from the index."""
    index = Path(config.docs_dir, INDEX).read_text(encoding="utf-8")
    config.nav = navigation(index)
    return config


def navigation(index: str) -> list[dict[str, Any]]:
    """What MkDocs takes as `nav`: the index itself, then a section for each heading with its table.

    Args:
        index: Markdown with a table of links to pages under each heading of the second level.
    """
    found: list[dict[str, Any]] = [{"What and why": INDEX}]
    for line in index.splitlines():
        if heading := HEADING.match(line):
            found.append({heading[1]: []})
        elif row := ROW.match(line):
            (section,) = found[-1].values()
            section.append({row[1]: str(site_source(_target(DOCS / INDEX, row[2])))})
    return found


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the files outside of docs/ to which pages link, and those to which these link."""
    root = Path(config.docs_dir).parent
    waiting = [DOCS / file.src_uri for file in files.documentation_pages()]
    while waiting:
        for place in _linked(root, waiting.pop()):
            uri = str(site_source(place))
            if not place.is_relative_to(DOCS) and files.get_file_from_path(uri) is None:
                files.append(File.generated(config, uri, abs_src_path=str(root / place)))
                waiting.extend([place] if place.suffix == ".md" else [])
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Points the page's links to where the files stand on the site."""
    here = PurePosixPath(page.file.src_uri)
    place = in_repository(here)

    def relinked(link: re.Match[str]) -> str:
        target = site_source(_target(place, link[2]))
        if Path(config.docs_dir).parent.joinpath(in_repository(target)).is_dir():
            return f"{link[1]} (`{in_repository(target)}`)"
        known = files.get_file_from_path(str(target)) is not None
        way = os.path.relpath(target, here.parent) if known else link[2]
        return f"[{link[1]}]({way}{link[3] or ''})"

    return LINK.sub(relinked, markdown)


def site_source(place: PurePosixPath) -> PurePosixPath:
    """Where a file of the repository stands among the site's sources."""
    inside = place.is_relative_to(DOCS)
    return place.relative_to(DOCS) if inside else ELSEWHERE / place


def in_repository(source: PurePosixPath) -> PurePosixPath:
    """The inverse of :func:`site_source`."""
    outside = source.is_relative_to(ELSEWHERE)
    return source.relative_to(ELSEWHERE) if outside else DOCS / source


def _linked(root: Path, page: PurePosixPath) -> Iterator[PurePosixPath]:
    text = (root / page).read_text(encoding="utf-8")
    targets = (_target(page, link[2]) for link in LINK.finditer(text))
    return (target for target in targets if (root / target).is_file())


def _target(page: PurePosixPath, link: str) -> PurePosixPath:
    return PurePosixPath(os.path.normpath(page.parent / link))
