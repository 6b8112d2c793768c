"""Files of the repository that the code makes: written, or only compared with what is there."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def options(program: str, about: str | None, arguments: list[str] | None) -> argparse.Namespace:
    """The options of a program that makes files: ``check``, and ``root``, the repository."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=about)
    parser.add_argument("--check", action="store_true", help="change nothing, say if one differs")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository")
    return parser.parse_args(arguments)


def keep(
    made: Mapping[Path, str], origin: str, *, check: bool, surplus: Sequence[Path] = ()
) -> None:
    """Writes the files and removes what is one too many.

    Args:
        made: text by place.
        origin: the end of the complaint: who says how they are, and what to run.
        check: nothing is changed, and the program exits with 1 when something would be.
        surplus: files that are no longer made.
    """
    if check:
        _require(made, origin, surplus)
        return
    for path in surplus:
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _require(made: Mapping[Path, str], origin: str, surplus: Sequence[Path]) -> None:
    differing = (path for path, text in made.items() if not _holds(path, text))
    for path in (*differing, *surplus):
        sys.exit(f"{path} is not what {origin}")


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
