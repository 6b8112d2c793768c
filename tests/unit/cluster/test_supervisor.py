import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from stenofleet_cluster import supervisor as module
from stenofleet_cluster.component import Component
from stenofleet_cluster.errors import BrokenStateError, ClusterError
from stenofleet_cluster.places import Places
from stenofleet_cluster.probes import Running
from stenofleet_cluster.supervisor import Supervisor, require_free

STAYS = ("-c", "import time; time.sleep(60)")
ENDS = ("-c", "raise SystemExit('the disk is full')")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sleeper").symlink_to(sys.executable)
    places = Places(tmp_path / "state", tmp_path / "run", tmp_path / "cache")
    found = Supervisor(places, tmp_path / "bin")
    yield found
    found.stop_strays()


def component(arguments: tuple[str, ...] = STAYS, *, keeps_data: bool = False) -> Component:
    return Component("sleeper", arguments, Running(), keeps_data=keeps_data)


def test_running_component_is_left_alone(supervisor: Supervisor) -> None:
    assert supervisor.ensure_started(component())
    first = supervisor.running("sleeper")

    assert not supervisor.ensure_started(component())
    assert supervisor.running("sleeper") == first


def test_changed_configuration_is_a_restart(supervisor: Supervisor) -> None:
    supervisor.ensure_started(component())
    first = supervisor.running("sleeper")

    assert supervisor.ensure_started(component((*STAYS, "more")))
    assert first is not None
    assert not first.alive()


def test_process_without_a_record_is_stopped_too(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.ensure_started(component())
    forgotten = supervisor.running("sleeper")
    (tmp_path / "run" / "components" / "sleeper.json").write_text("{half a rec")

    supervisor.stop("sleeper")

    assert forgotten is not None
    assert not forgotten.alive()


def test_component_that_ends_again_and_again_says_why(supervisor: Supervisor) -> None:
    supervisor.ensure_started(component(ENDS))

    with pytest.raises(ClusterError, match="the disk is full"):
        wait_for_the_end(supervisor, component(ENDS))


def test_keeper_of_data_that_ends_again_and_again_asks_for_a_reset(
    supervisor: Supervisor,
) -> None:
    supervisor.ensure_started(component(ENDS, keeps_data=True))

    with pytest.raises(BrokenStateError):
        wait_for_the_end(supervisor, component(ENDS, keeps_data=True))


def wait_for_the_end(supervisor: Supervisor, part: Component) -> None:
    class Never:
        def healthy(self) -> bool:
            return False

    supervisor.wait_healthy(
        Component(part.name, part.arguments, Never(), keeps_data=part.keeps_data)
    )


def test_port_of_a_stranger_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        with pytest.raises(ClusterError, match=f"needs port {port}"):
            require_free(Component("etcd", (), Running(), ports=(port,)))


def test_end_of_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert module.tail(tmp_path / "none.log") == ""
