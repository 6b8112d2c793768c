"""Records of the processes that were started, so that a later command knows them again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stenofleet_cluster import files
from stenofleet_cluster.processes import Process


@dataclass(frozen=True)
class Record:
    """One component's process, and a hash of how it was started."""

    process: Process
    fingerprint: str


def read(path: Path) -> Record | None:
    """Return a record; one that is missing or damaged is none."""
    try:
        data = json.loads(path.read_text())
        return Record(Process(**data["process"]), data["fingerprint"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write(path: Path, record: Record) -> None:
    """Keep a record."""
    files.write(path, json.dumps(asdict(record)))
