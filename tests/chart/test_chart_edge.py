"""How the API is reached and grows, and what is there by choice: Flower and dumps."""

import runpy

import pytest
from support.chart import CASES, CHART, FULLNAME, Object, containers, env, of_kind, pods, render

EVERYTHING = CASES["every option"]
AUTOSCALED: Object = {"api": {"autoscaling": {"enabled": True}}}
ROUTED: Object = {"enabled": True, "hostnames": ["a.example.com"]}


@pytest.mark.parametrize(
    "kind", ["HorizontalPodAutoscaler", "HTTPRoute", "Gateway", "CronJob", "Ingress"]
)
def test_what_is_by_choice_is_not_there_unasked(kind: str) -> None:
    assert not of_kind(render(), kind)
    assert of_kind(render(EVERYTHING), kind)


def test_the_autoscaler_alone_says_how_many_pods_the_api_has() -> None:
    objects = render(AUTOSCALED)
    assert "replicas" not in of_kind(objects, "Deployment")["api"]["spec"]
    scaler = of_kind(objects, "HorizontalPodAutoscaler")["api"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (1, 10)
    assert scaler["scaleTargetRef"]["name"] == f"{FULLNAME}-api"


def test_metrics_of_one_s_own_replace_the_cpu() -> None:
    metric = {"type": "Pods", "pods": {"metric": {"name": "requests"}, "target": {}}}
    scaling = {"enabled": True, "metrics": [metric]}
    objects = render({"api": {"autoscaling": scaling}})
    assert of_kind(objects, "HorizontalPodAutoscaler")["api"]["spec"]["metrics"] == [metric]


def test_no_autoscaler_is_a_second_master_of_a_pool() -> None:
    for scaler in of_kind(render(EVERYTHING), "HorizontalPodAutoscaler").values():
        assert scaler["spec"]["scaleTargetRef"]["name"] == f"{FULLNAME}-api"


def test_a_route_hangs_on_a_gateway_that_is_there() -> None:
    objects = render(CASES["everything external"])
    assert not of_kind(objects, "Gateway")
    spec = of_kind(objects, "HTTPRoute")["api"]["spec"]
    assert spec["parentRefs"] == [{"name": "shared", "namespace": "gateways"}]
    (backend,) = spec["rules"][0]["backendRefs"]
    assert backend == {"name": f"{FULLNAME}-api", "port": 8000}


def test_a_gateway_of_the_chart_s_own_ends_tls_for_each_host() -> None:
    objects = render(EVERYTHING)
    listeners = of_kind(objects, "Gateway")["api"]["spec"]["listeners"]
    assert [each["hostname"] for each in listeners] == ["steno.example.com", "text.example.com"]
    for each in listeners:
        assert (each["protocol"], each["port"]) == ("HTTPS", 443)
        assert each["tls"]["certificateRefs"] == [{"name": "steno-tls"}]
    parents = of_kind(objects, "HTTPRoute")["api"]["spec"]["parentRefs"]
    assert parents == [{"name": f"{FULLNAME}-api"}]


def test_a_gateway_without_a_certificate_speaks_plain_http() -> None:
    route = {**ROUTED, "gateway": {"className": "envoy"}}
    (listener,) = of_kind(render({"api": {"route": route}}), "Gateway")["api"]["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTP", 80)


def pod(name: str) -> Object:
    return dict(pods(render(EVERYTHING)))[name]


def test_flower_asks_for_the_password_of_the_secret_everywhere_but_for_its_health() -> None:
    (container, *_) = pod("Deployment flower")["spec"]["containers"]
    secret = {"name": "flower", "key": "users"}
    assert env(container)["FLOWER_BASIC_AUTH"] == {"secretKeyRef": secret}
    assert "users" not in str(container["command"])
    assert container["readinessProbe"]["httpGet"]["path"] == "/flower/healthcheck"


def test_flower_gives_no_task_back_sooner_than_the_workers_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (container, *_) = pod("Deployment flower")["spec"]["containers"]
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://localhost")
    name = "STENOFLEET_VISIBILITY_TIMEOUT"
    monkeypatch.setenv(name, env(container)[name])
    app = runpy.run_path(str(CHART / "files" / "flower_app.py"))["app"]
    workers = of_kind(render(EVERYTHING), "ConfigMap")["config"]["data"][name]
    assert app.conf.broker_transport_options == {"visibility_timeout": int(workers)}


def test_dumps_lie_on_a_volume_that_stays_unless_it_shall_not() -> None:
    def kept(volume: Object) -> bool:
        claims = of_kind(
            render({"backup": {"enabled": True, "volume": volume}}), "PersistentVolumeClaim"
        )
        return "helm.sh/resource-policy" in claims["backup"]["metadata"].get("annotations", {})

    assert kept({})
    assert not kept({"retain": False})


def test_an_existing_claim_for_dumps_is_used_and_none_is_made() -> None:
    objects = render(CASES["everything external"])
    assert not of_kind(objects, "PersistentVolumeClaim")
    spec = dict(pods(objects))["CronJob backup"]["spec"]
    claims = [volume.get("persistentVolumeClaim") for volume in spec["volumes"]]
    assert {"claimName": "dumps"} in claims


def test_a_dump_never_runs_beside_another_and_reads_the_database_of_the_release() -> None:
    job = of_kind(render(EVERYTHING), "CronJob")["backup"]["spec"]
    assert job["concurrencyPolicy"] == "Forbid"
    assert job["timeZone"] == "Europe/Berlin"
    (container, *_) = containers({"spec": job["jobTemplate"]["spec"]["template"]["spec"]})[1:]
    secret = {"name": f"{FULLNAME}-postgresql", "key": "url"}
    assert env(container)["DATABASE_URL"] == {"secretKeyRef": secret}
