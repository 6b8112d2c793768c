"""The chart's objects for kubectl: alike each time, whatever passwords were made up."""

import hashlib
from typing import Any

from stenofleet_deploy.manifests.rendering import neutral

HOOK = {"annotations": {"helm.sh/hook": "test"}}


def made(password: str, level: str = "INFO") -> list[dict[str, Any]]:
    """Objects as Helm renders them."""
    of_helm = {"namespace": "n", "labels": {"app": "a", "helm.sh/chart": "c-1"}}
    digest = hashlib.sha256(password.encode()).hexdigest()
    told = {"password": password, "url": f"redis://u:{password}@host", "acl": f"on #{digest}"}
    env = [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}}]
    settings = [{"configMapRef": {"name": "config"}}]
    checksum = {"annotations": {"checksum/config": digest}}
    pod = {"spec": {"containers": [{"name": "c", "env": env, "envFrom": settings}]}}
    return [
        {"kind": "Secret", "metadata": {"name": "db", **of_helm}, "stringData": told},
        {"kind": "ConfigMap", "metadata": {"name": "config"}, "data": {"level": level}},
        {"kind": "ConfigMap", "metadata": {"name": "other"}, "data": {"level": level[:1]}},
        {
            "kind": "Deployment",
            "metadata": {"name": "d", **of_helm},
            "spec": {"template": {"metadata": checksum, **pod}},
        },
        {"kind": "Pod", "metadata": {"name": "test", **HOOK}},
    ]


def checksum(objects: Any) -> str:
    [deployment] = [each for each in objects if each["kind"] == "Deployment"]
    return str(deployment["spec"]["template"]["metadata"]["annotations"]["checksum/config"])


def test_other_passwords_make_the_same_objects_and_secrets() -> None:
    assert neutral(made("one")) == neutral(made("two"))


def test_marks_stand_for_a_password_and_its_hash() -> None:
    [secret] = neutral(made("one")).secrets
    told = {"password": "@db@", "url": "redis://u:@db@@host", "acl": "on #@db.sha256@"}
    assert secret["stringData"] == told


def test_helm_s_marks_the_namespace_and_hooks_are_left_out() -> None:
    objects = neutral(made("one")).objects
    assert [each["metadata"]["name"] for each in objects] == ["config", "other", "d"]
    assert objects[-1]["metadata"] == {"name": "d", "labels": {"app": "a"}}


def test_the_checksum_changes_with_what_the_pods_read_and_with_nothing_else() -> None:
    before = checksum(neutral(made("one")).objects)
    assert checksum(neutral(made("one", "DEBUG")).objects) != before
    other = made("one")
    other[2]["data"] = {"level": "changed"}
    assert checksum(neutral(other).objects) == before
