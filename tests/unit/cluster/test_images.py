import pytest
from stenofleet_cluster import images
from stenofleet_cluster.errors import ClusterError


@pytest.mark.parametrize(
    ("image", "names"),
    [
        ("docker.io/library/python:3.13", ["library/python:3.13"]),
        ("redis:8.0", ["library/redis:8.0"]),
        ("redis", ["library/redis:latest"]),
        ("stenofleet/api:dev", ["stenofleet/api:dev"]),
        ("ghcr.io/org/foo:1", ["org/foo:1"]),
        ("localhost/org/foo:1", ["org/foo:1"]),
        ("localhost/foo:1", ["foo:1", "library/foo:1"]),
        ("localhost:5000/org/foo", ["org/foo:latest"]),
        ("198.18.0.1:5000/foo:1", ["foo:1"]),
    ],
)
def test_image_answers_to_the_name_that_a_pod_asks_for(image: str, names: list[str]) -> None:
    assert images.registry_names(image) == names


def test_digest_is_refused_with_the_reason() -> None:
    with pytest.raises(ClusterError, match="by its tag"):
        images.registry_names("org/foo@sha256:0123")
