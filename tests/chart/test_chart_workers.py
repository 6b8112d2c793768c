"""The map ``workers:`` becomes Deployments and the WorkerPools that resize them."""

from urllib.parse import urlsplit

import pytest
from stenofleet.contracts.tasks import LOGS_QUEUE
from stenofleet.movement.keys import QUEUE
from stenofleet_worker.movement.kick import ITEMS_PER_TASK
from support.chart import CASES, FULLNAME, OWN_POOL, Object, containers, env, of_kind, render

USERS = ("api", "beat", "operator", "worker")


def deployment(name: str, objects: list[Object]) -> Object:
    return of_kind(objects, "Deployment")[f"worker-{name}"]


def worker(name: str, objects: list[Object]) -> Object:
    container: Object = deployment(name, objects)["spec"]["template"]["spec"]["containers"][0]
    return container


@pytest.mark.parametrize("case", CASES)
def test_replicas_are_rendered_neither_on_a_pool_nor_on_its_target(case: str) -> None:
    objects = render(CASES[case])
    deployments = of_kind(objects, "Deployment")
    for pool in of_kind(objects, "WorkerPool").values():
        target = pool["spec"]["targetRef"]["name"].removeprefix(f"{FULLNAME}-")
        assert "replicas" not in pool["spec"]
        assert "replicas" not in deployments[target]["spec"]


def test_each_pool_has_a_target_a_budget_and_nothing_else() -> None:
    objects = render()
    assert set(of_kind(objects, "WorkerPool")) == {"transcription", "logs", "core"}
    workers = {"worker-transcription", "worker-logs", "worker-core"}
    assert {name for name in of_kind(objects, "Deployment") if "worker" in name} == workers
    assert {name for name in of_kind(objects, "PodDisruptionBudget") if "worker" in name} == workers


def test_transcription_and_logs_sleep_at_zero_and_core_never_does() -> None:
    pools = of_kind(render(), "WorkerPool")
    assert pools["transcription"]["spec"]["minReplicas"] == 0
    assert pools["logs"]["spec"]["minReplicas"] == 0
    assert pools["core"]["spec"]["minReplicas"] == 1


def test_the_pool_of_movements_is_raised_by_their_list_as_the_kick_counts_it() -> None:
    demand = of_kind(render(), "WorkerPool")["logs"]["spec"]["demand"]
    assert demand == {
        "queues": [LOGS_QUEUE],
        "lists": [{"key": QUEUE, "itemsPerTask": ITEMS_PER_TASK}],
    }


def test_a_worker_consumes_the_queues_that_its_pool_counts() -> None:
    objects = render({"workers": {"core": {"queues": ["core", "logs"]}}})
    assert of_kind(objects, "WorkerPool")["core"]["spec"]["demand"]["queues"] == ["core", "logs"]
    assert worker("core", objects)["command"] == [
        *("celery", "-A", "stenofleet_worker", "worker", "-Q", "core,logs"),
        *("--concurrency", "$(CELERY_CONCURRENCY)"),
    ]


def test_a_worker_starts_with_the_least_concurrency_of_its_pool() -> None:
    objects = render({"workers": {"core": {"concurrency": {"min": 3}}}})
    assert env(worker("core", objects))["CELERY_CONCURRENCY"] == "3"
    assert of_kind(objects, "WorkerPool")["core"]["spec"]["concurrency"] == {"min": 3, "max": 4}


def test_worker_and_operator_reach_the_same_broker_each_as_its_own_user() -> None:
    secrets = of_kind(render(), "Secret")
    for name in ("transcription", "logs", "core"):
        pool = of_kind(render(), "WorkerPool")[name]
        operator = pool["spec"]["broker"]["urlSecretRef"]
        assert operator == {"name": f"{FULLNAME}-redis-operator", "key": "url"}
        own = {"name": f"{FULLNAME}-redis-worker", "key": "url"}
        assert env(worker(name, render()))["REDIS_URL"] == {"secretKeyRef": own}
    urls = [urlsplit(secrets[f"redis-{user}"]["stringData"]["url"]) for user in USERS]
    assert {url.username for url in urls} == set(USERS)
    assert len({(url.hostname, url.port, url.path) for url in urls}) == 1
    assert len({url.password for url in urls}) == len(USERS)


def test_a_changed_maximum_changes_the_pool_and_no_pod() -> None:
    before = render()
    after = render({"workers": {"transcription": {"maxReplicas": 7, "concurrency": {"max": 5}}}})
    assert of_kind(after, "WorkerPool")["transcription"]["spec"]["maxReplicas"] == 7
    assert without_checksum(deployment("transcription", after)) == without_checksum(
        deployment("transcription", before)
    )


def without_checksum(target: Object) -> Object:
    # A rendering without a cluster makes new passwords, and with them a new checksum.
    template = target["spec"]["template"]
    annotations = {**template["metadata"]["annotations"], "checksum/config": ""}
    metadata = {**template["metadata"], "annotations": annotations}
    return {**target["spec"], "template": {**template, "metadata": metadata}}


def test_five_lines_make_a_pool_of_one_s_own() -> None:
    objects = render({"workers": {"mail": OWN_POOL}})
    container = worker("mail", objects)
    assert container["image"] == "shop/worker"
    assert container["command"][:6] == ["celery", "-A", "shop", "worker", "-Q", "mail"]
    broker = {"secretKeyRef": {"name": f"{FULLNAME}-redis-worker", "key": "url"}}
    assert env(container)["CELERY_BROKER_URL"] == broker
    assert env(container)["CELERY_RESULT_BACKEND"] == broker
    assert of_kind(objects, "WorkerPool")["mail"]["spec"] == {
        "targetRef": {"kind": "Deployment", "name": f"{FULLNAME}-worker-mail"},
        "broker": {"urlSecretRef": {"name": f"{FULLNAME}-redis-operator", "key": "url"}},
        "demand": {"queues": ["mail"]},
        "minReplicas": 0,
        "maxReplicas": 4,
        "concurrency": {"min": 1, "max": 1},
    }


def test_workers_and_pools_of_stenofleet_have_one_visibility_timeout() -> None:
    for values, seconds in (({}, 14400), ({"settings": {"visibilityTimeout": 7200}}, 7200)):
        objects = render(values)
        config = of_kind(objects, "ConfigMap")["config"]["data"]
        assert config["STENOFLEET_VISIBILITY_TIMEOUT"] == str(seconds)
        for pool in of_kind(objects, "WorkerPool").values():
            assert pool["spec"]["broker"]["visibilityTimeout"] == f"{seconds}s"


def test_a_stop_may_take_long_and_never_as_long_as_the_visibility_timeout() -> None:
    objects = render({"workers": {"mail": OWN_POOL}})
    grace = {
        name: deployment(name, objects)["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for name in ("core", "logs", "transcription", "mail")
    }
    assert grace == {"core": 60, "logs": 120, "transcription": 180, "mail": 3600}


def test_a_pool_of_one_s_own_gets_nothing_that_is_stenofleet_s() -> None:
    template = deployment("mail", render({"workers": {"mail": OWN_POOL}}))["spec"]["template"]
    (container,) = containers(template)
    assert "DATABASE_URL" not in env(container)
    assert "readinessProbe" not in container
    assert [mount["name"] for mount in container["volumeMounts"]] == ["tmp"]


def test_a_pool_s_own_broker_reaches_pool_and_worker() -> None:
    objects = render(CASES["every option"])
    broker = of_kind(objects, "WorkerPool")["mail"]["spec"]["broker"]
    assert broker == CASES["every option"]["workers"]["mail"]["broker"]
    assert env(worker("mail", objects))["CELERY_BROKER_URL"] == {
        "secretKeyRef": broker["urlSecretRef"]
    }


def test_a_command_of_one_s_own_replaces_celery_s() -> None:
    command = ["python", "-m", "mine"]
    objects = render({"workers": {"mail": {**OWN_POOL, "command": command}}})
    assert worker("mail", objects)["command"] == command


def test_a_pool_that_is_switched_off_leaves_nothing() -> None:
    objects = render({"workers": {"transcription": {"enabled": False}}})
    assert not [each for each in objects if "transcription" in each["metadata"]["name"]]


def test_a_worker_is_ready_when_it_consumes_and_is_not_taken_before_another_is() -> None:
    for name in ("transcription", "logs", "core"):
        container = worker(name, render())
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "health"}
        assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "health"}
        rolling = deployment(name, render())["spec"]["strategy"]["rollingUpdate"]
        assert rolling["maxUnavailable"] == 0


def test_workers_wait_for_the_schema_with_their_own_image() -> None:
    for name in ("transcription", "logs", "core"):
        template = deployment(name, render())["spec"]["template"]
        first, container = containers(template)
        assert first["command"] == ["stenofleet", "db", "wait"]
        assert first["image"] == container["image"]


def test_no_budget_ever_blocks_the_draining_of_a_node() -> None:
    for budget in of_kind(render(), "PodDisruptionBudget").values():
        assert budget["spec"]["maxUnavailable"] == 1
        assert "minAvailable" not in budget["spec"]


def test_a_node_of_two_cores_has_room_for_everything_and_four_transcribers() -> None:
    requests = 0
    for found in render():
        if "template" in found.get("spec", {}):
            pods = 4 if found["metadata"]["name"].endswith("-transcription") else 1
            (container,) = found["spec"]["template"]["spec"]["containers"]
            requests += pods * int(container["resources"]["requests"]["cpu"].removesuffix("m"))
    # The rest is for DNS, metrics and one pod more during an update.
    assert requests <= 1650
