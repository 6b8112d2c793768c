"""With `dev.sync`, pods run code that can be changed, and start again when it is."""

import shlex

import pytest
from support.chart import CASES, OWN_POOL, Object, containers, of_kind, pods, render

SYNCED = CASES["code that changes"]
SOURCES = {
    "Deployment api": "services/api",
    "Deployment beat": "services/worker",
    "Deployment operator": "services/autoscaler",
    "Deployment worker-core": "services/worker",
    "Deployment worker-logs": "services/worker",
    "Deployment worker-transcription": "services/worker",
}
CODE = {"name": "code", "mountPath": "/app"}


def synced(name: str) -> Object:
    return dict(pods(render(SYNCED)))[name]


def test_every_pod_of_our_own_code_says_where_its_source_is_and_no_other_does() -> None:
    told = {name: template["metadata"].get("annotations", {}) for name, template in pods(render())}
    assert not any("stenofleet.io/code" in each for each in told.values())

    found = {
        name: template["metadata"].get("annotations", {}).get("stenofleet.io/code")
        for name, template in pods(render(SYNCED))
    }
    assert {name: source for name, source in found.items() if source} == SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_the_code_of_the_image_is_copied_to_where_it_may_change(name: str) -> None:
    spec = synced(name)["spec"]
    first, container = spec["initContainers"][0], spec["containers"][0]

    assert first["image"] == container["image"]
    assert first["command"] == ["cp", "-R", "/app/.", "/code"]
    assert first["volumeMounts"] == [{"name": "code", "mountPath": "/code"}]
    assert {"name": "code", "emptyDir": {"sizeLimit": "64Mi"}} in spec["volumes"]
    assert [each["name"] for each in containers(synced(name)) if CODE in each["volumeMounts"]] == [
        container["name"]
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_the_process_is_the_same_and_starts_again_when_a_file_changes(name: str) -> None:
    usual = dict(pods(render()))[name]["spec"]["containers"][0]
    *watch, command, folder = synced(name)["spec"]["containers"][0]["command"]

    assert watch[:3] == ["python", "-m", "watchfiles"]
    assert shlex.split(command) == usual["command"]
    assert folder == "/app"


@pytest.mark.parametrize("name", SOURCES)
def test_a_mistake_in_the_code_takes_a_pod_out_and_restarts_nothing(name: str) -> None:
    container = synced(name)["spec"]["containers"][0]
    assert "readinessProbe" in container
    assert not {"startupProbe", "livenessProbe"} & set(container)


def test_a_pool_of_another_app_runs_as_it_is() -> None:
    objects = render({**SYNCED, "workers": {"mail": OWN_POOL}})
    template = of_kind(objects, "Deployment")["worker-mail"]["spec"]["template"]
    assert template["spec"]["containers"][0]["command"][0] == "celery"
    assert all(volume["name"] != "code" for volume in template["spec"]["volumes"])
