"""Whether dashboards show something: ``python -m stenofleet_deploy.dashboards.proof URL``.

Asks a Prometheus for what each panel asks, with all namespaces and pools chosen, over the time that
a dashboard shows when it is opened.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from stenofleet_deploy.dashboards.__main__ import FOLDER

TIMEOUT = 10.0
"""Seconds that an answer may take."""

SHOWN = 3600
"""Seconds: a dashboard opens with its last hour."""

WINDOW = 30
"""Seconds that `$__rate_interval` is, and from one point to the next. Grafana takes four scrapes,
60 with the usual 15."""


@dataclass(frozen=True)
class Proof:
    """What a dashboard showed: its panels' titles, and those among them without any figure."""

    board: str
    panels: tuple[str, ...]
    empty: tuple[str, ...]

    def __str__(self) -> str:
        full = len(self.panels) - len(self.empty)
        told = f"{self.board}: {full} of {len(self.panels)} panels returned data"
        return f"{told}; none: {', '.join(self.empty)}" if self.empty else told


def proofs(url: str, folder: Path = FOLDER, window: int = WINDOW) -> list[Proof]:
    """Each dashboard of the folder against the Prometheus at ``url``.

    Raises:
        httpx.HTTPError: it does not answer, or refuses a query.
    """
    with httpx.Client(base_url=url, timeout=TIMEOUT) as client:
        boards = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
        return [_proof(client, each, window) for each in boards]


def expression(query: str, window: int = WINDOW) -> str:
    """The query as Grafana sends it, with every namespace and every pool chosen."""
    chosen = {"$__rate_interval": f"{window}s", "$namespace": ".*", "$pool": ".*"}
    for variable, value in chosen.items():
        query = query.replace(variable, value)
    return query


def _proof(client: httpx.Client, board: Mapping[str, Any], window: int) -> Proof:
    panels = board["panels"]
    empty = (each["title"] for each in panels if not _has_data(client, each["targets"], window))
    return Proof(board["title"], tuple(each["title"] for each in panels), tuple(empty))


def _has_data(client: httpx.Client, targets: Iterable[Mapping[str, Any]], window: int) -> bool:
    """Whether every query of the panel has data: half a panel may be the half that matters."""
    return all(_figures(client, expression(each["expr"], window), window) for each in targets)


def _figures(client: httpx.Client, query: str, window: int) -> bool:
    """Whether anything is drawn: NaN is not, which is how what nobody knows is told."""
    now = time.time()
    span = {"start": now - SHOWN, "end": now, "step": window}
    answer = client.get("/api/v1/query_range", params={"query": query, **span})
    series = answer.raise_for_status().json()["data"]["result"]
    return any(not math.isnan(float(value)) for each in series for _, value in each["values"])


def main(arguments: list[str] | None = None) -> None:
    """Prints a line a dashboard; exits with 1 when a panel has no data."""
    parser = argparse.ArgumentParser(
        prog="python -m stenofleet_deploy.dashboards.proof", description=__doc__
    )
    parser.add_argument("url", help="Prometheus, as http://127.0.0.1:9090")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the dashboards' files")
    parser.add_argument(
        "--window",
        type=int,
        default=WINDOW,
        help="seconds of a rate, four scrapes at least (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    found = proofs(options.url, options.folder, options.window)
    for each in found:
        sys.stdout.write(f"{each}\n")
    if any(each.empty for each in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
