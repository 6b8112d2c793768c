"""Writes manifests/: ``python -m stenofleet_deploy.manifests [--check]``; it needs helm."""

import argparse
import sys
from pathlib import Path

from stenofleet_deploy.manifests.layout import files, left_over


def main(arguments: list[str] | None = None) -> None:
    """Writes the files, or with ``--check`` only compares and exits with 1 when one differs."""
    parser = argparse.ArgumentParser(
        prog="python -m stenofleet_deploy.manifests", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="change nothing, say if one differs")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository")
    options = parser.parse_args(arguments)
    made = files(options.root)
    if options.check:
        check(options.root, made)
        return
    for path in left_over(options.root, made):
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check(root: Path, made: dict[Path, str]) -> None:
    """Exits with 1 when a file is not what the chart makes, or is one too many."""
    differing = [
        path for path, text in made.items() if not path.is_file() or path.read_text() != text
    ]
    for path in (*differing, *left_over(root, made)):
        sys.exit(f"{path} is not what the chart makes: run `make manifests`")


if __name__ == "__main__":
    main()
