import json
import tomllib
from pathlib import Path

import yaml
from stenofleet_cluster import addresses, runtime_settings, settings
from stenofleet_cluster.places import Places

PLACES = Places(Path("/state"), Path("/runtime"), Path("/cache"))
LOCAL = f"http://{addresses.REGISTRY}"


def test_missing_image_is_asked_of_no_other_registry() -> None:
    mirror = tomllib.loads(runtime_settings.mirror(public=False))

    assert mirror["server"] == LOCAL
    assert list(mirror["host"]) == [LOCAL]


def test_public_registries_are_asked_last_when_wanted() -> None:
    mirror = tomllib.loads(runtime_settings.mirror(public=True))

    assert "server" not in mirror
    assert list(mirror["host"]) == [LOCAL]


def test_containerd_reads_its_file_and_lets_the_oom_score_be() -> None:
    config = tomllib.loads(runtime_settings.containerd(PLACES, Path("/bin")))
    runtime = config["plugins"]["io.containerd.cri.v1.runtime"]

    assert runtime["restrict_oom_score_adj"] is True
    assert runtime["cni"]["bin_dirs"] == ["/bin"]


def test_images_are_never_collected_and_full_disks_evict_nothing() -> None:
    kubelet = settings.kubelet(PLACES)

    assert kubelet["imageGCHighThresholdPercent"] == 100
    assert kubelet["evictionHard"]["nodefs.available"] == "0%"
    assert kubelet["maxPods"] >= 110


def test_every_file_can_be_read_by_who_it_is_for() -> None:
    files = settings.render_all(PLACES, Path("/bin"), public=False)

    assert {path.name for path in files if read(path, files[path])} == {path.name for path in files}


def read(path: Path, text: str) -> object:
    match path.suffix:
        case ".toml":
            return tomllib.loads(text)
        case ".conflist":
            return json.loads(text)
        case _:
            return yaml.safe_load(text) if path.suffix == ".yaml" else text
