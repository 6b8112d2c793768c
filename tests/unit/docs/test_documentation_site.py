"""The documentation becomes a site without a warning, with every page in its order."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stenofleet_deploy.site import navigation
from support import documents

ROOT = documents.ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    built = build(ROOT, place)
    assert built.returncode == 0, built.stderr
    return place


def build(root: Path, into: Path) -> subprocess.CompletedProcess[str]:
    mkdocs = Path(sys.executable).parent / "mkdocs"
    command = [str(mkdocs), "build", "--strict", "--config-file", str(root / "mkdocs.yml")]
    return subprocess.run(
        [*command, "--site-dir", into], capture_output=True, text=True, timeout=300, check=False
    )


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


def test_a_page_that_the_index_lacks_fails_the_build(tmp_path: Path) -> None:
    for name in ("docs", "deploy/src/stenofleet_deploy"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for page in (tmp_path / "docs").rglob("*.md"):
        page.unlink()
    (tmp_path / "docs/README.md").write_text("# Start\n\n## Here\n\n| [One](one.md) | x |\n")
    (tmp_path / "docs/one.md").write_text("# One\n")
    assert build(tmp_path, tmp_path / "site").returncode == 0

    (tmp_path / "docs/two.md").write_text("# Two\n")
    built = build(tmp_path, tmp_path / "site")

    assert (built.returncode, "two.md" in built.stderr) == (1, True)


def test_sections_and_pages_keep_the_order_of_the_index() -> None:
    index = "# Docs\n## Use\n| [B](b.md) | x |\n| [A](../A.md) | x |\n## Know\n| [C](c/c.md) | |\n"

    assert navigation(index) == [
        {"What and why": "README.md"},
        {"Use": [{"B": "b.md"}, {"A": "repository/A.md"}]},
        {"Know": [{"C": "c/c.md"}]},
    ]
