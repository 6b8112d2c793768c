"""Nonsense stops the installation with a sentence that says what to set."""

from typing import Any

import pytest
from support.chart import OPERATOR_ALONE, OWN_POOL, Values, merged, refusal, render

SEVERAL_NODES: Values = {"storage": {"volume": {"singleNode": False}}}

CONTRADICTIONS: dict[str, tuple[Values, str]] = {
    "a minimum of pods above the maximum": (
        {"workers": {"core": {"minReplicas": 5}}},
        (
            "workers.core.minReplicas is 5, above maxReplicas, which is 2: "
            "set minReplicas to at most 2, or raise maxReplicas."
        ),
    ),
    "a minimum of tasks above the maximum": (
        {"workers": {"core": {"concurrency": {"min": 9}}}},
        (
            "workers.core.concurrency.min is 9, above concurrency.max, which is 4: "
            "set concurrency.min to at most 4, or raise concurrency.max."
        ),
    ),
    "a pool without queues": (
        {"workers": {"mail": {**OWN_POOL, "queues": []}}},
        "workers.mail.queues is empty: set it to the Celery queues that the pool consumes.",
    ),
    "a pool without an image": (
        {"workers": {"mail": {**OWN_POOL, "image": {}}}},
        (
            "workers.mail.image.repository is empty: "
            "set it to the image that runs the pool's Celery app."
        ),
    ),
    "a clock that nobody listens to": (
        {"workers": {"core": {"enabled": False}}},
        (
            "beat.enabled is true and no pool consumes the queue core, to which beat sends: "
            "enable workers.core, or set beat.enabled to false."
        ),
    ),
    "a key of an external Redis without its Secret": (
        {"redis": {"externalUrlSecret": {"key": "broker"}}},
        (
            'redis.externalUrlSecret.key is "broker", but redis.externalUrlSecret.name is empty: '
            "set redis.externalUrlSecret.name to the existing Secret that holds this key."
        ),
    ),
    "a key of an external PostgreSQL without its Secret": (
        {"postgresql": {"externalUrlSecret": {"key": "dsn"}}},
        "set postgresql.externalUrlSecret.name to the existing Secret that holds this key.",
    ),
    "a key of a signing key without its Secret": (
        {"secretKey": {"existingSecret": {"key": "signing"}}},
        "set secretKey.existingSecret.name to the existing Secret that holds this key.",
    ),
    "a storage of an unknown kind": (
        {"storage": {"url": "ftp://recordings"}},
        'storage.url is "ftp://recordings": set it to file:///folder, gs://bucket or s3://bucket.',
    ),
    "a storage without a folder": (
        {"storage": {"url": "file:///"}},
        'storage.url is "file:///": set it to file:///folder, gs://bucket or s3://bucket.',
    ),
    "a grace in which tasks are given to another worker": (
        {"workers": {"core": {"terminationGracePeriodSeconds": 14400}}},
        (
            "workers.core.terminationGracePeriodSeconds is 14400, not below "
            "settings.visibilityTimeout, which is 14400"
        ),
    ),
    "all namespaces and one more": (
        {"operator": {"watchNamespaces": ["*", "steno"]}},
        (
            'operator.watchNamespaces names "*" and others beside it: '
            'set it to ["*"] for all namespaces, or take "*" out.'
        ),
    ),
    "a pool in a namespace that is not watched": (
        {"operator": {"watchNamespaces": ["shop"]}},
        (
            "workers.core is deployed to the namespace steno, which operator.watchNamespaces does "
            "not name: add it, or set workers.core.enabled to false."
        ),
    ),
    "Sentinels without their URL": (
        {"redis": {"sentinel": {"masterName": "steno"}}},
        'redis.sentinel.masterName is "steno" and redis.externalUrlSecret.name is empty: set it to',
    ),
    "a Sentinels' password without a master": (
        {
            "redis": {
                "externalUrlSecret": {"name": "mine"},
                "sentinel": {"passwordSecret": {"name": "watch"}},
            }
        },
        "redis.sentinel.passwordSecret names a Secret and redis.sentinel.masterName is empty",
    ),
    "TLS without a certificate": (
        {"redis": {"tls": {"enabled": True}}},
        "redis.tls.enabled is true and redis.tls.certificateSecret is empty",
    ),
    "TLS of a Redis that is another's": (
        {
            "redis": {
                "tls": {"enabled": True, "certificateSecret": "a"},
                "externalUrlSecret": {"name": "b"},
            }
        },
        "redis.tls is of the Redis that the chart deploys, and redis.externalUrlSecret names",
    ),
    "a Redis without bounds": (
        {"redis": {"resources": {"limits": {"memory": None}}}},
        "redis.maxmemory and redis.resources.limits.memory are both empty: set one",
    ),
    "recordings on one node, and pods on several": (
        SEVERAL_NODES,
        (
            'storage.volume.accessModes is ["ReadWriteOnce"], which one node alone can mount, and '
            "pods that use recordings may run on several: api (1), workers.core (up to 2), "
            "workers.transcription (up to 4). Set it to [ReadWriteMany] with a storage class that "
            "has it, or storage.url to a bucket; where the cluster has one node, set "
            "storage.volume.singleNode to true."
        ),
    ),
    "recordings on one node, and an API that grows": (
        {**SEVERAL_NODES, "api": {"autoscaling": {"enabled": True}}},
        "may run on several: api (up to 10), workers.core (up to 2)",
    ),
    "recordings for one pod, and several that use them": (
        {"storage": {"volume": {"accessModes": ["ReadWriteOncePod"]}}},
        (
            'storage.volume.accessModes is ["ReadWriteOncePod"], which one pod alone can mount, '
            "and these use recordings: api (1), workers.core (up to 2)"
        ),
    ),
    "Google without credentials": (
        {"google": {"projectId": "mine", "stagingUrl": "gs://mine/staging"}},
        (
            'google.projectId is "mine", and there are no credentials for Google: set '
            "google.credentialsSecret.name to a Secret with a service account's key"
        ),
    ),
    "credentials for no project of Google's": (
        {"google": {"credentialsSecret": {"name": "google"}}},
        'google.credentialsSecret.name is "google" and google.projectId is empty',
    ),
    "recordings where Google cannot read them": (
        {"google": {"projectId": "mine", "workloadIdentity": True}},
        (
            'storage.url is "file:///var/lib/stenofleet/recordings" and google.stagingUrl is '
            "empty: Google reads recordings from gs:// only"
        ),
    ),
    "recordings copied to where Google cannot read them": (
        {"google": {"stagingUrl": "s3://mine"}},
        'google.stagingUrl is "s3://mine": set it to gs://bucket/folder',
    ),
    "an ingress without a host": (
        {"api": {"ingress": {"enabled": True}}},
        (
            "api.ingress.enabled is true and api.ingress.host is empty: "
            "set api.ingress.host to the name under which users reach the API."
        ),
    ),
    "a route without host names": (
        {"api": {"route": {"enabled": True, "gateway": {"className": "envoy"}}}},
        (
            "api.route.enabled is true and api.route.hostnames is empty: "
            "set it to the names under which users reach the API."
        ),
    ),
    "a route without a Gateway": (
        {"api": {"route": {"enabled": True, "hostnames": ["a.example.com"]}}},
        (
            "there is no Gateway: name yours in api.route.parentRefs, "
            "or set api.route.gateway.className to have one made."
        ),
    ),
    "two Gateways": (
        {"api": {"route": {"parentRefs": [{"name": "a"}], "gateway": {"className": "b"}}}},
        "api.route.parentRefs names a Gateway, and api.route.gateway.className would make another",
    ),
    "fewest pods of the API above the most": (
        {"api": {"autoscaling": {"minReplicas": 11}}},
        (
            "api.autoscaling.minReplicas is 11, above maxReplicas, which is 10: "
            "set minReplicas to at most 10, or raise maxReplicas."
        ),
    ),
    "percent of nothing": (
        {"api": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}},
        "api.autoscaling.cpuUtilization is percent of api.resources.requests.cpu, which is empty",
    ),
    "code that changes in a release for others": (
        {"dev": {"sync": True}},
        (
            'dev.sync is true and settings.authMode is "keys": code that changes in running pods '
            "is for a developer's own release, which asks for no keys; set dev.sync to false, or "
            "settings.authMode to none."
        ),
    ),
    "a Flower that everybody may enter": (
        {"flower": {"enabled": True}},
        (
            "flower.enabled is true and flower.basicAuthSecret.name is empty: "
            "set it to an existing Secret with user:password"
        ),
    ),
}


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_a_contradiction_is_refused_in_plain_words(contradiction: str) -> None:
    values, sentence = CONTRADICTIONS[contradiction]
    assert sentence in refusal(values)


def test_all_contradictions_are_told_at_once() -> None:
    values = {"workers": {"core": {"minReplicas": 5}}, "storage": {"url": "ftp://x"}}
    told = refusal(values)
    assert "workers.core.minReplicas is 5" in told
    assert 'storage.url is "ftp://x"' in told


ALONE: Values = {
    "api": {"replicas": 1},
    "beat": {"enabled": False},
    "workers": {name: {"enabled": False} for name in ("core", "logs", "transcription")},
}


@pytest.mark.parametrize(
    "values",
    [
        {"storage": {"volume": {"accessModes": ["ReadWriteMany"]}}},
        {"storage": {"volume": {"existingClaim": "of-mine"}}},
        {"storage": {"url": "s3://recordings"}},
        ALONE,
        OPERATOR_ALONE,
    ],
    ids=["many nodes may mount it", "a claim of one's own", "a bucket", "one pod", "no recordings"],
)
def test_pods_on_several_nodes_are_welcome_where_all_reach_the_recordings(values: Values) -> None:
    assert render(merged(SEVERAL_NODES, values))


def test_a_pool_that_is_switched_off_may_contradict_itself() -> None:
    assert render({"workers": {"mail": {"enabled": False}}})


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"replicas": 3}, "replicas"),
        ({"api": {"replica": 3}}, "/api"),
        ({"workers": {"core": {"replicas": 3}}}, "/workers/core"),
        ({"workers": {"core": {"poolSpec": {"replicas": 3}}}}, "/workers/core/poolSpec"),
        ({"redis": {"persistence": {"sise": "1Gi"}}}, "/redis/persistence"),
        ({"api": {"replicas": "three"}}, "/api/replicas"),
        ({"operator": {"watchNamespaces": ["Shop"]}}, "/operator/watchNamespaces"),
        ({"operator": {"replicas": 0}}, "/operator/replicas"),
        ({"settings": {"logLevel": "LOUD"}}, "/settings/logLevel"),
        ({"workers": {"Mail": {}}}, "Mail"),
        ({"workers": {"core": {"maxReplicas": 0}}}, "/workers/core/maxReplicas"),
        ({"api": {"image": {"digest": "latest"}}}, "/api/image/digest"),
        ({"podDefaults": {"env": {"A": 1}}}, "/podDefaults/env/A"),
    ],
)
def test_an_unknown_key_or_a_wrong_type_is_refused_where_it_stands(
    values: dict[str, Any], place: str
) -> None:
    told = refusal(values)
    assert "values don't meet the specifications of the schema" in told
    assert place in told
