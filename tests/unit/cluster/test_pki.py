from pathlib import Path

import pytest
from stenofleet_cluster import pki
from stenofleet_cluster.errors import BrokenStateError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pki.ensure(tmp_path / "pki")
    return tmp_path / "pki"


def test_certificates_that_are_whole_are_kept(folder: Path) -> None:
    before = (folder / "ca.crt").read_bytes()

    pki.ensure(folder)

    assert (folder / "ca.crt").read_bytes() == before


@pytest.mark.parametrize("name", ["ca.key", "admin.crt", "service-account.pub"])
def test_missing_file_is_a_broken_state_that_names_it(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(BrokenStateError, match=name):
        pki.ensure(folder)


def test_half_written_certificate_is_a_broken_state(folder: Path) -> None:
    path = folder / "kubelet.crt"
    path.write_bytes(path.read_bytes()[:100])

    with pytest.raises(BrokenStateError, match="cannot be used"):
        pki.ensure(folder)


def test_certificate_of_another_authority_is_a_broken_state(folder: Path, tmp_path: Path) -> None:
    pki.ensure(tmp_path / "other")
    (folder / "admin.crt").write_bytes((tmp_path / "other" / "admin.crt").read_bytes())

    with pytest.raises(BrokenStateError):
        pki.ensure(folder)


def test_keys_are_for_their_owner_only(folder: Path) -> None:
    assert {path.stat().st_mode & 0o077 for path in folder.glob("*.key")} == {0}
