from collections import Counter
from pathlib import Path

from stenofleet_cluster import build, component, components
from stenofleet_cluster.places import Places

PLACES = Places(Path("/state"), Path("/runtime"), Path("/cache"))


def test_every_component_is_a_program_of_the_build() -> None:
    names = {part.name for part in components.everything(PLACES)}

    assert names <= set(build.PROGRAMS)


def test_no_two_components_share_a_port() -> None:
    ports = Counter(port for part in components.everything(PLACES) for port in part.ports)

    assert [port for port, times in ports.items() if times > 1] == []


def test_api_server_comes_after_what_it_stands_on_and_before_its_callers() -> None:
    names = [part.name for part in components.everything(PLACES)]

    assert names.index("etcd") < names.index("kube-apiserver") < names.index("kubelet")


def test_flags_are_written_as_programs_take_them() -> None:
    assert component.flags(secure_port=1, leader_elect="false") == (
        "--secure-port=1",
        "--leader-elect=false",
    )
