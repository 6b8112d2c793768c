from pathlib import Path

from stenofleet_cluster.places import Places


def test_defaults_need_no_variable() -> None:
    places = Places.from_environment({})

    assert places.state == Path("/var/lib/stenofleet-cluster")
    assert places.runtime == Path("/run/stenofleet-cluster")
    assert places.cache == Path.home() / ".cache" / "stenofleet"


def test_another_state_folder_has_another_runtime_folder() -> None:
    places = Places.from_environment({"STENOFLEET_CLUSTER_DIR": "/srv/try"})

    assert places.kubeconfig == Path("/srv/try/kubeconfig")
    assert places.runtime == Path("/run/stenofleet-cluster-try")


def test_cache_follows_the_user() -> None:
    assert Places.from_environment({"XDG_CACHE_HOME": "/c"}).cache == Path("/c/stenofleet")
