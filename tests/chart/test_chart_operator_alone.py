"""The operator without any workload of Stenofleet's, for Celery workers of one's own."""

import pytest
from support.chart import FULLNAME, OPERATOR_ALONE, env, of_kind, refusal, render, short

EXTERNAL = {"redis": {"enabled": False, "externalUrlSecret": {"name": "my-redis"}}}


def test_the_profile_leaves_the_operator_and_nothing_else() -> None:
    objects = render(OPERATOR_ALONE)
    assert {short(each) for each in objects} == {"operator", "operator-pools"}
    assert {each["kind"] for each in objects} == {
        *("Deployment", "PodDisruptionBudget", "ServiceAccount", "Role", "RoleBinding"),
    }


def test_the_operator_alone_reads_the_brokers_that_are_named_and_no_other_secret() -> None:
    named = {**OPERATOR_ALONE, "operator": {"brokerSecrets": ["mail-broker"]}}
    for values, expected in ((OPERATOR_ALONE, []), (named, [["mail-broker"]])):
        roles = of_kind(render(values), "Role").values()
        rules = [rule for role in roles for rule in role["rules"]]
        found = [rule["resourceNames"] for rule in rules if "secrets" in rule["resources"]]
        assert found == expected


def test_the_operator_alone_runs_as_it_does_beside_workloads() -> None:
    alone = of_kind(render(OPERATOR_ALONE), "Deployment")["operator"]
    assert alone == of_kind(render(), "Deployment")["operator"]


def test_without_api_nothing_is_left_that_only_the_api_needs() -> None:
    objects = render({"api": {"enabled": False}})
    assert not [each for each in objects if short(each) in {"api", "secret-key"}]
    assert of_kind(objects, "Job"), "the workers still need their tables"


def test_a_pool_of_one_s_own_brings_neither_database_nor_api() -> None:
    mail = {"image": {"repository": "shop/worker"}, "app": "shop", "queues": ["mail"]}
    workers = {**OPERATOR_ALONE["workers"], "mail": mail}
    objects = render({**OPERATOR_ALONE, **EXTERNAL, "workers": workers})
    assert set(of_kind(objects, "Deployment")) == {"operator", "worker-mail"}
    assert not {"Job", "PersistentVolumeClaim", "Secret"} & {each["kind"] for each in objects}
    worker = of_kind(objects, "Deployment")["worker-mail"]["spec"]["template"]["spec"]
    broker = {"secretKeyRef": {"name": "my-redis", "key": "url"}}
    assert env(worker["containers"][0])["CELERY_BROKER_URL"] == broker
    assert f"{FULLNAME}-redis" not in str(objects)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"redis": {"enabled": False}},
            (
                "redis.enabled is false and redis.externalUrlSecret.name is empty, but "
                "api, beat, workers.core, workers.logs, workers.transcription would use it"
            ),
        ),
        (
            {"postgresql": {"enabled": False}},
            (
                "postgresql.enabled is false and postgresql.externalUrlSecret.name is empty, but "
                "api, workers.core, workers.logs, workers.transcription would use it"
            ),
        ),
        (
            {"api": {"enabled": False, "ingress": {"enabled": True, "host": "a.example.com"}}},
            "api.ingress.enabled is true and api.enabled is false: there is no API to be reached",
        ),
    ],
)
def test_what_lacks_a_server_or_an_api_is_refused(values: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(values)
