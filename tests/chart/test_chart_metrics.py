"""Who is scraped, and how: monitors where Prometheus' operator is, annotations where it is not."""

import json
import subprocess
from typing import Any

import pytest
import yaml
from support.chart import CHART, ONE_NODE, Object, env, of_kind, parsed, pods, render
from support.programs import helm

ALWAYS = {"metrics": {"monitors": {"when": "always"}}}
KINDS = ("PodMonitor", "ServiceMonitor")


def monitors(objects: list[Object]) -> dict[str, Object]:
    return {name: each for kind in KINDS for name, each in of_kind(objects, kind).items()}


def endpoint(monitor: Object) -> Any:
    spec = monitor["spec"]
    [found] = spec.get("podMetricsEndpoints") or spec["endpoints"]
    return found


def relabelled(monitor: Object) -> dict[str, Any]:
    """What becomes of each target label: a fixed text, or the labels it is read from."""
    return {
        each["targetLabel"]: each.get("replacement") or each["sourceLabels"][0]
        for each in endpoint(monitor)["relabelings"]
    }


def annotated(objects: list[Object]) -> set[str]:
    return {
        name
        for name, template in pods(objects)
        if "prometheus.io/scrape" in template["metadata"].get("annotations", {})
    }


def on_cluster_with(*kinds: str) -> list[Object]:
    """The chart as it comes, on a cluster that knows these kinds beside its own."""
    known = [f"--api-versions=monitoring.coreos.com/v1/{kind}" for kind in kinds]
    command = [helm(), "template", "demo", str(CHART), "--namespace", "steno", *known]
    done = subprocess.run(
        [*command, "--values", "-"],
        input=json.dumps(ONE_NODE),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return parsed(done.stdout)


def test_without_prometheus_operator_pods_are_annotated_and_there_are_no_monitors() -> None:
    objects = render({})
    assert monitors(objects) == {}
    assert of_kind(objects, "PrometheusRule") == {}
    assert annotated(objects)


def test_where_the_cluster_knows_monitors_they_replace_the_annotations() -> None:
    objects = on_cluster_with(*KINDS)
    assert set(monitors(objects)) == {"operator", "beat", "workers", "api"}
    assert annotated(objects) == set()


def test_a_value_makes_them_without_the_cluster_s_word_or_never() -> None:
    assert set(monitors(render(ALWAYS))) == {"operator", "beat", "workers", "api"}
    never = {"metrics": {"monitors": {"when": "never"}}}
    assert monitors(render(never)) == {}
    assert annotated(render(never))


def test_monitors_select_the_pods_and_ports_that_serve_metrics() -> None:
    objects = render(ALWAYS)
    labels = {name: template["metadata"]["labels"] for name, template in pods(objects)}
    found = monitors(objects)
    for name, component in (("operator", "operator"), ("beat", "beat")):
        [expression] = found[name]["spec"]["selector"]["matchExpressions"]
        assert expression["values"] == [component]
        assert labels[f"Deployment {component}"]["app.kubernetes.io/component"] == component
    [expression] = found["workers"]["spec"]["selector"]["matchExpressions"]
    bearing = {name for name, each in labels.items() if expression["key"] in each}
    assert bearing == {f"Deployment worker-{name}" for name in ("core", "logs", "transcription")}
    service = of_kind(objects, "Service")["api"]
    assert endpoint(found["api"])["port"] in {port["name"] for port in service["spec"]["ports"]}
    for name, template in pods(objects):
        if name in bearing | {"Deployment operator", "Deployment beat"}:
            ports = template["spec"]["containers"][0]["ports"]
            assert "health" in {port["name"] for port in ports}


def test_jobs_and_pools_have_names_that_no_release_changes() -> None:
    found = monitors(render(ALWAYS))
    jobs = {name: relabelled(each)["job"] for name, each in found.items()}
    assert jobs == {
        "operator": "stenofleet-operator",
        "beat": "stenofleet-beat",
        "workers": "stenofleet-workers",
        "api": "stenofleet-api",
    }
    pool = "__meta_kubernetes_pod_label_stenofleet_io_pool"
    assert relabelled(found["workers"])["pool"] == pool


def test_pods_of_a_pool_bear_the_name_of_their_worker_pool() -> None:
    objects = render({})
    pools = {each["metadata"]["name"] for each in of_kind(objects, "WorkerPool").values()}
    told = {
        template["metadata"]["labels"].get("stenofleet.io/pool") for _, template in pods(objects)
    }
    assert told - {None} == pools


def test_only_the_operator_s_own_labels_win_over_prometheus() -> None:
    found = monitors(render(ALWAYS))
    honoured = {name for name, each in found.items() if endpoint(each)["honorLabels"]}
    assert honoured == {"operator"}


@pytest.mark.parametrize(
    ("off", "gone"), [("operator", "operator"), ("beat", "beat"), ("api", "api")]
)
def test_what_does_not_run_is_not_scraped(off: str, gone: str) -> None:
    assert gone not in monitors(render({**ALWAYS, off: {"enabled": False}}))


def test_monitors_and_rules_bear_the_labels_that_a_prometheus_selects_by() -> None:
    mine = {"release": "prometheus"}
    values = {
        "metrics": {
            "monitors": {"when": "always", "labels": mine},
            "rules": {"when": "always", "labels": mine},
        }
    }
    objects = render(values)
    for each in (*monitors(objects).values(), *of_kind(objects, "PrometheusRule").values()):
        assert mine.items() <= each["metadata"]["labels"].items()


@pytest.mark.skipif(
    not list((CHART / "rules").glob("*.yaml")), reason="the chart has no files of rules"
)
def test_the_rule_has_every_group_of_the_files_with_runbooks_that_can_be_opened() -> None:
    rules = {"when": "always", "runbookUrl": "https://git.example.com/"}
    [rule] = of_kind(render({"metrics": {"rules": rules}}), "PrometheusRule").values()
    files = [yaml.safe_load(path.read_text()) for path in (CHART / "rules").glob("*.yaml")]
    names = {group["name"] for file in files for group in file["groups"]}
    assert {group["name"] for group in rule["spec"]["groups"]} == names
    for group in rule["spec"]["groups"]:
        for each in group["rules"]:
            url = each.get("annotations", {}).get("runbook_url", "https://git.example.com/")
            assert url.startswith("https://git.example.com/")


def test_one_value_has_the_operator_speak_celery_exporter_s_names_and_pools_send_events() -> None:
    def told(values: Any) -> tuple[bool, set[str]]:
        templates = dict(pods(render(values)))
        workers = {
            name
            for name, template in templates.items()
            if "-E" in template["spec"]["containers"][0].get("command", [])
        }
        operator = env(templates["Deployment operator"]["spec"]["containers"][0])
        return operator.get("STENOFLEET_CELERY_EXPORTER") == "true", workers

    assert told({}) == (False, set())
    assert told({"operator": {"metrics": {"celeryExporter": True}}}) == (
        True,
        {f"Deployment worker-{name}" for name in ("core", "logs", "transcription")},
    )
