from pathlib import Path

import pytest
from stenofleet_cluster import records
from stenofleet_cluster.processes import Process
from stenofleet_cluster.records import Record

RECORD = Record(Process(pid=7, started=11, boot="b"), "fingerprint")


def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    records.write(tmp_path / "etcd.json", RECORD)

    assert records.read(tmp_path / "etcd.json") == RECORD


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"process": {}, "fingerprint": ""}'])
def test_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "etcd.json").write_text(text)

    assert records.read(tmp_path / "etcd.json") is None
    assert records.read(tmp_path / "missing.json") is None
