"""What each part of an installation is, and what is left of it when it is switched off."""

import re
from pathlib import Path

import pytest
from stenofleet.db import upgrade
from support.chart import (
    CASES,
    CHART,
    FULLNAME,
    Object,
    containers,
    env,
    everything,
    of_kind,
    pods,
    render,
    short,
)

RECORDINGS = {"name": "recordings", "mountPath": "/var/lib/stenofleet/recordings"}


def job(objects: list[Object]) -> Object:
    (found,) = of_kind(objects, "Job").values()
    return found


def mounts(name: str, objects: list[Object]) -> list[Object]:
    container = of_kind(objects, "Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
    found: list[Object] = container["volumeMounts"]
    return found


def test_the_schema_s_revision_is_the_one_that_the_code_needs() -> None:
    assert (CHART / "files" / "schema-revision").read_text().strip() == upgrade.head()


def test_the_migrations_are_named_by_their_revision_and_are_no_hook() -> None:
    revision = (CHART / "files" / "schema-revision").read_text().strip()
    found = job(render())
    assert found["metadata"]["name"].startswith(f"{FULLNAME}-migrate-{revision}-")
    assert "annotations" not in found["metadata"]


def test_a_job_for_another_image_has_another_name_and_else_the_same() -> None:
    name = job(render())["metadata"]["name"]
    assert job(render())["metadata"]["name"] == name
    assert job(render({"settings": {"logLevel": "DEBUG"}}))["metadata"]["name"] == name
    assert job(render({"api": {"image": {"tag": "2"}}}))["metadata"]["name"] != name
    assert job(render({"migrations": {"timeout": 9}}))["metadata"]["name"] != name


def test_migrations_run_the_api_s_image_and_wait_for_the_database() -> None:
    container = job(render())["spec"]["template"]["spec"]["containers"][0]
    api = of_kind(render(), "Deployment")["api"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == api["image"]
    assert container["command"] == ["stenofleet", "db", "upgrade", "--timeout", "300"]


@pytest.mark.parametrize("name", ["api", "worker-core", "worker-transcription"])
def test_recordings_are_one_volume_for_all_that_use_them(name: str) -> None:
    objects = render()
    assert RECORDINGS in mounts(name, objects)
    template = of_kind(objects, "Deployment")[name]["spec"]["template"]["spec"]
    assert {
        "name": "recordings",
        "persistentVolumeClaim": {"claimName": f"{FULLNAME}-recordings"},
    } in template["volumes"]


def test_a_bucket_needs_no_volume() -> None:
    objects = render({"storage": {"url": "s3://recordings"}})
    assert not of_kind(objects, "PersistentVolumeClaim")
    assert [mount["name"] for mount in mounts("api", objects)] == ["tmp"]
    config = of_kind(objects, "ConfigMap")["config"]["data"]
    assert config["STENOFLEET_STORAGE_URL"] == "s3://recordings"


def test_an_existing_claim_is_used_and_none_is_made() -> None:
    objects = render({"storage": {"volume": {"existingClaim": "mine"}}})
    assert not of_kind(objects, "PersistentVolumeClaim")
    assert RECORDINGS in mounts("api", objects)


def test_a_folder_of_one_s_own_is_where_the_volume_is_mounted() -> None:
    objects = render({"storage": {"url": "file:///data/audio/"}})
    assert {"name": "recordings", "mountPath": "/data/audio"} in mounts("api", objects)


def test_the_clock_is_exactly_one_even_during_an_update() -> None:
    beat = of_kind(render(), "Deployment")["beat"]["spec"]
    assert beat["replicas"] == 1
    assert beat["strategy"] == {"type": "Recreate"}
    command = beat["template"]["spec"]["containers"][0]["command"]
    assert command == [
        *("celery", "-A", "stenofleet_worker", "beat", "-s", "/tmp/beat-schedule")  # noqa: S108
    ]


def test_without_operator_nothing_of_it_is_left() -> None:
    objects = render({"operator": {"enabled": False}})
    left = {(each["kind"], short(each)) for each in objects if "operator" in short(each)}
    # By which an operator of another release may reach the pools' broker.
    assert left == {("Secret", "redis-operator")}


def test_the_operator_watches_its_own_namespace() -> None:
    operator = of_kind(render(), "Deployment")["operator"]["spec"]["template"]["spec"]
    own = {"fieldRef": {"fieldPath": "metadata.namespace"}}
    variables = env(operator["containers"][0])
    assert variables["STENOFLEET_NAMESPACE"] == own
    pod = {"fieldRef": {"fieldPath": "metadata.name"}}
    assert variables["STENOFLEET_POD_NAME"] == pod
    assert variables["STENOFLEET_WATCH_NAMESPACES"] == own


@pytest.mark.parametrize("watched", [["steno", "shop"], ["*"]])
def test_the_operator_is_told_the_namespaces_that_it_watches(watched: list[str]) -> None:
    objects = render({"operator": {"watchNamespaces": watched}})
    operator = of_kind(objects, "Deployment")["operator"]["spec"]["template"]["spec"]
    told = env(operator["containers"][0])["STENOFLEET_WATCH_NAMESPACES"]
    assert told == ",".join(watched)


def test_a_second_operator_waits_and_both_are_replaced_and_evicted_one_by_one() -> None:
    objects = render()
    operator = of_kind(objects, "Deployment")["operator"]["spec"]
    assert operator["replicas"] == 2
    assert operator["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    budget = of_kind(objects, "PodDisruptionBudget")["operator"]["spec"]
    assert budget["maxUnavailable"] == 1
    (spread,) = operator["template"]["spec"]["topologySpreadConstraints"]
    assert spread["whenUnsatisfiable"] == "ScheduleAnyway"
    assert spread["labelSelector"]["matchLabels"] == operator["selector"]["matchLabels"]


def test_redis_keeps_queues_over_restarts_and_evicts_none() -> None:
    config = of_kind(render(), "ConfigMap")["redis"]["data"]["redis.conf"]
    settings = dict(
        line.split(maxsplit=1) for line in config.splitlines() if not line.startswith("#")
    )
    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"


def test_no_probe_asks_whether_movements_flow() -> None:
    each = [container for _, template in pods(everything()) for container in containers(template)]
    kinds = ("startupProbe", "livenessProbe", "readinessProbe")
    probes = [container[kind] for container in each for kind in kinds if kind in container]

    paths = {probe["httpGet"]["path"] for probe in probes if "httpGet" in probe}
    assert "/readyz" in paths
    assert not [path for path in paths if path.startswith("/api/")]


def test_movements_are_refused_for_their_number_before_redis_is_full() -> None:
    objects = of_kind(render(), "ConfigMap")
    limit = int(objects["config"]["data"]["STENOFLEET_MOVEMENT_QUEUE_LIMIT"])
    [maxmemory] = re.findall(
        r"^maxmemory (\d+)$", objects["redis"]["data"]["redis.conf"], re.MULTILINE
    )
    bytes_each = 300
    assert limit * bytes_each <= 0.6 * int(maxmemory)


@pytest.mark.parametrize(
    ("values", "maxmemory"),
    [
        ({"resources": {"limits": {"memory": "512Mi"}}}, "268435456"),
        ({"resources": {"limits": {"memory": "3G"}}}, "1500000000"),
        ({"maxmemory": "100mb"}, "100mb"),
    ],
)
def test_redis_takes_half_of_its_container_s_memory_unless_told(
    values: Object, maxmemory: str
) -> None:
    config = of_kind(render({"redis": values}), "ConfigMap")["redis"]["data"]["redis.conf"]
    assert f"maxmemory {maxmemory}\n" in config


@pytest.mark.parametrize("server", ["redis", "postgresql"])
def test_a_server_s_volume_stays_unless_it_shall_not(server: str) -> None:
    def claims(values: Object) -> Object:
        objects = render({server: {"persistence": values}})
        spec: Object = of_kind(objects, "StatefulSet")[server]["spec"]
        return spec

    assert claims({})["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Retain"
    dropped = claims({"retain": False})
    assert dropped["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"
    assert "volumeClaimTemplates" not in claims({"enabled": False})


def test_no_ingress_unless_it_is_wanted() -> None:
    assert not of_kind(render(), "Ingress")
    ingress = of_kind(render(CASES["every option"]), "Ingress")["api"]["spec"]
    assert ingress["rules"][0]["host"] == "steno.example.com"
    assert ingress["tls"] == [{"hosts": ["steno.example.com"], "secretName": "steno-tls"}]


@pytest.mark.parametrize(
    ("values", "image"),
    [
        ({}, "stenofleet/api:0.1.0"),
        ({"image": {"tag": "dev"}}, "stenofleet/api:dev"),
        ({"api": {"image": {"tag": "mine"}}, "image": {"tag": "dev"}}, "stenofleet/api:mine"),
        ({"image": {"registry": "r.example.com/"}}, "r.example.com/stenofleet/api:0.1.0"),
        ({"api": {"image": {"repository": "mine/api"}}}, "mine/api"),
        (
            {"api": {"image": {"digest": f"sha256:{'a' * 64}", "tag": "x"}}},
            f"stenofleet/api@sha256:{'a' * 64}",
        ),
    ],
)
def test_images_are_named_by_tag_or_digest(values: Object, image: str) -> None:
    container = of_kind(render(values), "Deployment")["api"]["spec"]["template"]["spec"]
    assert container["containers"][0]["image"] == image


def test_what_a_workload_says_wins_over_what_all_have() -> None:
    objects = render(
        {
            "podDefaults": {"env": {"A": "all", "B": "all"}, "priorityClassName": "low"},
            "api": {"env": {"A": "api"}, "priorityClassName": "high"},
        }
    )
    templates = dict(pods(objects))
    api, beat = templates["Deployment api"], templates["Deployment beat"]
    assert env(containers(api)[1])["A"] == "api"
    assert env(containers(api)[1])["B"] == "all"
    assert env(containers(beat)[0])["A"] == "all"
    assert api["spec"]["priorityClassName"] == "high"
    assert beat["spec"]["priorityClassName"] == "low"


def test_prometheus_finds_every_pod_of_stenofleet_and_none_when_it_shall_not() -> None:
    def scraped(values: Object) -> set[str]:
        return {
            name
            for name, template in pods(render(values))
            if "prometheus.io/port" in template["metadata"].get("annotations", {})
        }

    assert scraped({}) == {
        *("Deployment api", "Deployment beat", "Deployment operator"),
        *("Deployment worker-core", "Deployment worker-logs", "Deployment worker-transcription"),
    }
    assert scraped({"metrics": {"annotations": False}}) == set()


def test_the_crd_of_the_chart_is_the_one_of_the_manifests() -> None:
    link = CHART / "crds" / "workerpools.yaml"
    assert link.is_symlink()
    assert link.resolve() == Path(CHART).parents[1] / "manifests" / "crds" / "workerpools.yaml"


@pytest.mark.parametrize(("values", "mode"), [({}, "keys"), ({"authMode": "none"}, "none")])
def test_the_api_asks_for_keys_unless_told_otherwise(values: dict[str, str], mode: str) -> None:
    config = of_kind(render({"settings": values}), "ConfigMap")["config"]

    assert config["data"]["STENOFLEET_AUTH_MODE"] == mode
