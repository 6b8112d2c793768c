import base64
from pathlib import Path

import pytest
from stenofleet_cluster import kubeconfigs, pki
from stenofleet_cluster.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    found = Places(tmp_path / "state", tmp_path / "run", tmp_path / "cache")
    pki.ensure(found.pki)
    return found


def test_kubeconfig_carries_its_certificates(places: Places) -> None:
    config = kubeconfigs.render(places.pki, "admin")

    embedded = base64.b64decode(config["users"][0]["user"]["client-certificate-data"])
    assert embedded == (places.pki / "admin.crt").read_bytes()
    assert config["current-context"] == "stenofleet-cluster"


def test_only_the_owner_reads_kubeconfigs(places: Places) -> None:
    kubeconfigs.write_all(places)

    assert places.kubeconfig.stat().st_mode & 0o077 == 0
    assert kubeconfigs.of(places, "kubelet").stat().st_mode & 0o077 == 0
