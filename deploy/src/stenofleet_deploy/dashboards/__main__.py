"""Writes the chart's dashboards: ``python -m stenofleet_deploy.dashboards [--check]``."""

import argparse
import sys
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from stenofleet_deploy.dashboards.fleet import FLEET, POOL
from stenofleet_deploy.dashboards.panels import built
from stenofleet_deploy.dashboards.services import API, BROKERS, INGESTION, TRANSCRIPTION

FOLDER = Path("helm/stenofleet/dashboards")
BOARDS = (FLEET, POOL, TRANSCRIPTION, INGESTION, API, BROKERS)


def files(root: Path) -> dict[Path, str]:
    """What is written, by where."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {
        root / FOLDER / f"{board.uid.removeprefix('stenofleet-')}.json": encoder.encode(
            built(board)
        )
        + "\n"
        for board in BOARDS
    }


def main(arguments: list[str] | None = None) -> None:
    """Writes the files, or with ``--check`` only compares and exits with 1 when one differs."""
    parser = argparse.ArgumentParser(
        prog="python -m stenofleet_deploy.dashboards", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="change nothing, say if one differs")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository")
    options = parser.parse_args(arguments)
    for path, text in files(options.root).items():
        if not options.check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            sys.exit(f"{path} is not what the code says: run `make dashboards`")


if __name__ == "__main__":
    main()
