"""Writes the API's description: ``python -m stenofleet_api.openapi [--check] [PATH]``."""

import argparse
import json
import sys
from functools import cache
from pathlib import Path

from stenofleet_api.app import build

DEFAULT_PATH = Path("docs/openapi.json")


@cache
def describe() -> str:
    """The description as text; the same code gives the same text."""
    return json.dumps(build().openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Writes the file, or with ``--check`` only compares and exits with 1 when it differs."""
    parser = argparse.ArgumentParser(prog="python -m stenofleet_api.openapi", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT_PATH)
    parser.add_argument("--check", action="store_true", help="change nothing, say if it differs")
    options = parser.parse_args(arguments)
    if options.check:
        _check(options.path)
        return
    options.path.parent.mkdir(parents=True, exist_ok=True)
    options.path.write_text(describe(), encoding="utf-8")


def _check(path: Path) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != describe():
        sys.exit(f"{path} is not what the code says: run `python -m stenofleet_api.openapi {path}`")


if __name__ == "__main__":
    main()
