"""Renders the chart with Helm, once for each set of values."""

import functools
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from support.programs import helm

ROOT = Path(__file__).parents[2]
CHART = ROOT / "helm" / "stenofleet"
CRD = ROOT / "manifests" / "crds" / "workerpools.yaml"
RELEASE = "demo"
FULLNAME = "demo-stenofleet"

Values = Mapping[str, Any]
Object = dict[str, Any]

OPERATOR_ALONE: Values = yaml.safe_load((CHART / "profiles" / "operator-only.yaml").read_text())
ONE_NODE: Values = {"storage": {"volume": {"singleNode": True}}}
"""What everybody must say who keeps recordings on a volume that one node alone can mount."""

OWN_POOL: Values = {"image": {"repository": "shop/worker"}, "app": "shop", "queues": ["mail"]}

SHARED = {"name": "shared", "mountPath": "/shared"}
SIDECAR: Values = {
    "image": "example.com/side:1",
    "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}},
    "volumeMounts": [SHARED],
}

CASES: dict[str, Values] = {
    "as it comes": {},
    "everything external": {
        "redis": {"externalUrlSecret": {"name": "my-redis", "key": "broker"}},
        "postgresql": {"externalUrlSecret": {"name": "my-database"}},
        "secretKey": {"existingSecret": {"name": "my-key", "key": "signing"}},
        "storage": {"url": "gs://recordings/of-mine"},
        "backup": {"enabled": True, "volume": {"existingClaim": "dumps"}},
        "api": {
            "route": {
                "enabled": True,
                "hostnames": ["steno.example.com"],
                "parentRefs": [{"name": "shared", "namespace": "gateways"}],
            },
        },
    },
    "as little as possible": {
        "beat": {"enabled": False},
        "operator": {"enabled": False},
        "workers": {name: {"enabled": False} for name in ("core", "logs", "transcription")},
        "redis": {"persistence": {"enabled": False}},
        "postgresql": {"persistence": {"enabled": False}},
        "metrics": {"annotations": False},
    },
    "the operator alone": OPERATOR_ALONE,
    "code that changes": {"dev": {"sync": True}, "settings": {"authMode": "none"}},
    "every option": {
        "image": {
            "registry": "registry.example.com/team",
            "tag": "2.0.0",
            "pullSecrets": ["pull"],
        },
        "serviceAccount": {"annotations": {"iam.example.com/role": "steno"}},
        "metrics": {
            "monitors": {"when": "always", "labels": {"release": "prometheus"}, "interval": "15s"},
            "rules": {
                "when": "always",
                "labels": {"release": "prometheus"},
                "runbookUrl": "https://git.example.com/steno/",
            },
        },
        "podDefaults": {
            "env": {
                "HTTPS_PROXY": "http://proxy:3128",
                "NODE": {"valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            },
            "envFromSecrets": ["bucket-credentials"],
            "podAnnotations": {"example.com/team": "speech"},
            "podLabels": {"example.com/cost": "speech"},
            "nodeSelector": {"kubernetes.io/arch": "amd64"},
            "tolerations": [{"key": "speech", "operator": "Exists"}],
            "affinity": {"podAffinity": {}},
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "kubernetes.io/hostname",
                    "whenUnsatisfiable": "ScheduleAnyway",
                }
            ],
            "priorityClassName": "high",
            "annotations": {"example.com/owner": "speech"},
            "labels": {"example.com/owner": "speech"},
            "serviceAccountName": "of-the-platform",
            "probes": {"liveness": {"timeoutSeconds": 9}},
            "extraVolumes": [{"name": "shared", "emptyDir": {}}],
            "extraVolumeMounts": [SHARED],
            "extraContainers": [{**SIDECAR, "name": "log-shipper"}],
            "extraInitContainers": [{**SIDECAR, "name": "fetch-certificates"}],
        },
        "api": {
            "strategy": {"type": "Recreate"},
            "service": {"annotations": {"example.com/a": "b"}},
            "ingress": {
                "enabled": True,
                "className": "nginx",
                "host": "steno.example.com",
                "tlsSecret": "steno-tls",
                "annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "2g"},
            },
            "route": {
                "enabled": True,
                "annotations": {"example.com/a": "b"},
                "hostnames": ["steno.example.com", "text.example.com"],
                "gateway": {
                    "className": "envoy",
                    "tlsSecret": "steno-tls",
                    "annotations": {"cert-manager.io/issuer": "letsencrypt"},
                },
            },
            "autoscaling": {
                "enabled": True,
                "minReplicas": 2,
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}},
            },
        },
        "networkPolicy": {
            "enabled": True,
            "apiServer": {"cidrs": ["10.9.0.1/32", "fd00::1/128"]},
            "clientsFrom": [{"podSelector": {}}],
            "metricsFrom": [{"namespaceSelector": {}}],
            "extraIngress": {"worker-mail": [{"ports": [{"port": 9000}]}]},
            "extraEgress": {"operator": [{"to": [{"ipBlock": {"cidr": "10.5.0.0/16"}}]}]},
        },
        "storage": {"volume": {"storageClassName": "nfs", "accessModes": ["ReadWriteMany"]}},
        "redis": {"persistence": {"storageClassName": "fast", "retain": False}},
        "postgresql": {"persistence": {"storageClassName": "fast", "retain": False}},
        "operator": {"brokerSecrets": ["broker-of-a-friend"]},
        "flower": {
            "enabled": True,
            "basicAuthSecret": {"name": "flower", "key": "users"},
            "urlPrefix": "/flower",
        },
        "backup": {
            "enabled": True,
            "timeZone": "Europe/Berlin",
            "volume": {"storageClassName": "slow", "retain": False},
        },
        "workers": {
            "mail": {
                **OWN_POOL,
                "minReplicas": 1,
                "maxReplicas": 9,
                "lists": [{"key": "mails", "itemsPerTask": 50}],
                "broker": {
                    "urlSecretRef": {"name": "mail-redis", "key": "url"},
                    "caSecretRef": {"name": "mail-redis-ca", "key": "ca.crt"},
                    "sentinel": {
                        "masterName": "mail",
                        "passwordSecretRef": {"name": "mail-sentinel", "key": "password"},
                    },
                    "keyPrefix": "shop",
                    "priorityStepValues": [0, 5],
                    "prioritySeparator": ":",
                    "visibilityTimeout": "2h",
                },
                "poolSpec": {
                    "objective": {"queueWait": "30s"},
                    "resources": {
                        "container": "worker",
                        "base": {"requests": {"memory": "128Mi"}},
                        "perSlot": {"requests": {"cpu": "100m"}, "limits": {"cpu": 1}},
                    },
                    "behavior": {
                        "scaleUp": {"maxStep": "100%"},
                        "scaleDown": {"stabilizationWindow": "2m", "maxStep": 4},
                    },
                    "manualHold": "5m",
                    "fallback": {"after": "60s", "replicas": 2},
                    "mode": "DryRun",
                },
            }
        },
    },
}


class RefusedError(Exception):
    """Helm refused to render; the message is what it said."""


def merged(below: Values, above: Values) -> Values:
    """As Helm lays one file of values over another."""
    both = {
        key: merged(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], dict) and isinstance(above[key], dict)
    }
    return {**below, **above, **both}


def render(values: Values | None = None) -> list[Object]:
    """The objects of a release named ``demo`` in the namespace ``steno``, without hooks.

    It has one node, unless the values say otherwise.

    Raises:
        RefusedError: the values were refused.
    """
    return [each for each in everything(values) if not is_hook(each)]


def everything(values: Values | None = None) -> list[Object]:
    """The same with what is there only during an upgrade or a test; errors as `render`."""
    told = json.dumps(merged(ONE_NODE, values or {}), sort_keys=True)
    return parsed(_template(told))


def parsed(documents: str) -> list[Object]:
    """The objects in YAML, by libyaml: a release takes Python's own parser half a second."""
    found = yaml.load_all(documents, Loader=yaml.CSafeLoader)
    return [document for document in found if document]


def is_hook(found: Object) -> bool:
    return "helm.sh/hook" in found["metadata"].get("annotations", {})


@functools.cache
def _template(values: str) -> str:
    command = [helm(), "template", RELEASE, str(CHART), "--namespace", "steno", "--values", "-"]
    done = subprocess.run(
        command, input=values, capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise RefusedError(done.stderr)
    return done.stdout


def refusal(values: Values) -> str:
    """What Helm says when it refuses these values."""
    try:
        render(values)
    except RefusedError as refused:
        return str(refused)
    raise AssertionError("the values were accepted")


def of_kind(objects: list[Object], kind: str) -> dict[str, Object]:
    """The objects of a kind by their names, without the release's."""
    return {short(each): each for each in objects if each["kind"] == kind}


def short(found: Object) -> str:
    name: str = found["metadata"]["name"]
    return name.removeprefix(FULLNAME).removeprefix("-")


def pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    """The name and the pod template of each workload, and each Pod as it is."""
    for found in objects:
        if found["kind"] == "Pod":
            yield f"Pod {short(found)}", found
        spec = found.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield f"{found['kind']} {short(found)}", spec["template"]


def containers(template: Object) -> list[Object]:
    spec = template["spec"]
    found: list[Object] = [*spec.get("initContainers", []), *spec["containers"]]
    return found


def env(container: Object) -> dict[str, Any]:
    """A container's variables by name: a value, or the reference to it."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}
