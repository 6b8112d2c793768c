"""Writes the chart's dashboards: ``python -m stenofleet_deploy.dashboards [--check]``."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from stenofleet_deploy import made_files
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
    options = made_files.options("stenofleet_deploy.dashboards", __doc__, arguments)
    made_files.keep(
        files(options.root), "the code says: run `make dashboards`", check=options.check
    )


if __name__ == "__main__":
    main()
