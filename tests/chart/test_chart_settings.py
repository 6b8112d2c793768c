"""Every setting of the services can be set by a value of the chart."""

from typing import Any

import pytest
from stenofleet.settings import ApiSettings, OperatorSettings, Settings, WorkerSettings
from support.chart import FULLNAME, Object, Values, containers, of_kind, pods, render

GOOGLE: Object = {"projectId": "mine", "workloadIdentity": True, "stagingUrl": "gs://mine/a"}

# Variable, the values that set it, and what it then is.
CONFIGURED: dict[str, tuple[Values, str]] = {
    "STENOFLEET_LOG_LEVEL": ({"settings": {"logLevel": "DEBUG"}}, "DEBUG"),
    "STENOFLEET_LOG_FORMAT": ({"settings": {"logFormat": "console"}}, "console"),
    "STENOFLEET_AUTH_MODE": ({"settings": {"authMode": "none"}}, "none"),
    "STENOFLEET_RATE_PER_MINUTE": ({"settings": {"ratePerMinute": 9}}, "9"),
    "STENOFLEET_WEBHOOK_ALLOW_PRIVATE": ({"settings": {"webhookAllowPrivate": True}}, "true"),
    "STENOFLEET_WEBHOOK_ALLOW_HTTP": ({"settings": {"webhookAllowHttp": True}}, "true"),
    "STENOFLEET_PUBLIC_URL": ({"settings": {"publicUrl": "https://a"}}, "https://a"),
    "STENOFLEET_MAX_UPLOAD_BYTES": ({"settings": {"maxUploadBytes": 5000000000}}, "5000000000"),
    "STENOFLEET_UPLOAD_URL_TTL": ({"settings": {"uploadUrlTtl": 60}}, "60"),
    "STENOFLEET_MAX_DURATION_SECONDS": ({"settings": {"maxDurationSeconds": 99}}, "99"),
    "STENOFLEET_UPLOAD_TTL": ({"settings": {"uploadTtl": 99}}, "99"),
    "STENOFLEET_RETENTION_DAYS": ({"settings": {"retentionDays": 0.5}}, "0.5"),
    "STENOFLEET_VISIBILITY_TIMEOUT": ({"settings": {"visibilityTimeout": 7200}}, "7200"),
    "STENOFLEET_RESULT_EXPIRES": ({"settings": {"resultExpires": 86400}}, "86400"),
    "STENOFLEET_OUTBOX_CONFIRM_SECONDS": ({"settings": {"outboxConfirmSeconds": 5}}, "5"),
    "STENOFLEET_LEASE_SECONDS": ({"settings": {"leaseSeconds": 30}}, "30"),
    "STENOFLEET_DB_POOL_SIZE": ({"settings": {"databasePoolSize": 2}}, "2"),
    "STENOFLEET_OPENAI_TIMEOUT": ({"settings": {"openaiTimeout": 100}}, "100"),
    "STENOFLEET_OPENAI_GRACE": ({"settings": {"openaiGrace": 0}}, "0"),
    "STENOFLEET_MOVEMENT_QUEUE_LIMIT": ({"settings": {"movementQueueLimit": 20000}}, "20000"),
    "STENOFLEET_MOVEMENT_REPLICAS": ({"settings": {"movementReplicas": 1}}, "1"),
    "STENOFLEET_REQUIRE_CONFIRM": ({"settings": {"requireConfirm": False}}, "false"),
    "STENOFLEET_MOVEMENT_BATCH_SIZE": ({"settings": {"movementBatchSize": 10}}, "10"),
    "STENOFLEET_MOVEMENT_LEASE_SECONDS": ({"settings": {"movementLeaseSeconds": 10}}, "10"),
    "STENOFLEET_MOVEMENT_RETENTION_DAYS": ({"settings": {"movementRetentionDays": 30}}, "30"),
    "STENOFLEET_MOVEMENT_DEAD_LETTER_DAYS": ({"settings": {"movementDeadLetterDays": 7}}, "7"),
    "STENOFLEET_WHISPER_MODEL": ({"settings": {"whisperModel": "small"}}, "small"),
    "STENOFLEET_WHISPER_MODEL_DIR": ({"settings": {"whisperModelDir": "/mine"}}, "/mine"),
    "STENOFLEET_SPEAKER_MODEL": ({"settings": {"speakerModel": "none"}}, "none"),
    "STENOFLEET_TRACING_ENDPOINT": ({"tracing": {"endpoint": "http://c:4318"}}, "http://c:4318"),
    "STENOFLEET_TRACING_RATIO": ({"tracing": {"endpoint": "http://c", "ratio": 0.1}}, "0.1"),
    "STENOFLEET_STORAGE_URL": ({"storage": {"url": "s3://mine"}}, "s3://mine"),
    "GOOGLE_PROJECT_ID": ({"google": GOOGLE}, "mine"),
    "STENOFLEET_GOOGLE_STAGING_URL": ({"google": GOOGLE}, "gs://mine/a"),
    "STENOFLEET_GOOGLE_LOCATION": ({"google": {**GOOGLE, "location": "eu"}}, "eu"),
    "STENOFLEET_GOOGLE_MODEL": ({"google": {**GOOGLE, "model": "long"}}, "long"),
    "STENOFLEET_GOOGLE_DYNAMIC_BATCHING": ({"google": {**GOOGLE, "dynamicBatching": True}}, "true"),
    "STENOFLEET_GOOGLE_PRICE_PER_MINUTE": (
        {"google": {**GOOGLE, "pricePerMinute": "0.016"}},
        "0.016",
    ),
}
# Variable and the values that say in which Secret it lies.
SECRET: dict[str, tuple[Values, Object]] = {
    "REDIS_URL": (
        {"redis": {"externalUrlSecret": {"name": "mine", "key": "a"}}},
        {"name": "mine", "key": "a"},
    ),
    "REDIS_SENTINEL_PASSWORD": (
        {
            "redis": {
                "externalUrlSecret": {"name": "mine"},
                "sentinel": {
                    "masterName": "steno",
                    "passwordSecret": {"name": "watch", "key": "e"},
                },
            }
        },
        {"name": "watch", "key": "e"},
    ),
    "DATABASE_URL": (
        {"postgresql": {"externalUrlSecret": {"name": "mine", "key": "b"}}},
        {"name": "mine", "key": "b"},
    ),
    "STENOFLEET_SECRET_KEY": (
        {"secretKey": {"existingSecret": {"name": "mine", "key": "c"}}},
        {"name": "mine", "key": "c"},
    ),
    "GOOGLE_APPLICATION_CREDENTIALS_JSON": (
        {
            "google": {
                "projectId": "mine",
                "stagingUrl": "gs://mine/a",
                "credentialsSecret": {"name": "mine", "key": "d"},
            }
        },
        {"name": "mine", "key": "d"},
    ),
}
WORKERS = {"CELERY_CONCURRENCY", "STENOFLEET_POOL"}
OPERATORS = {
    *("STENOFLEET_LOG_LEVEL", "STENOFLEET_LOG_FORMAT", "STENOFLEET_NAMESPACE"),
    *("STENOFLEET_POD_NAME", "STENOFLEET_WATCH_NAMESPACES", "STENOFLEET_TICK_SECONDS"),
    "STENOFLEET_CELERY_EXPORTER",
}
PARTS_OF_A_URL = {
    *("REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_PASSWORD"),
    *("DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT"),
    *("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"),  # REDIS_URL unless a pool has its own broker
}
OPEN_IN_A_URL = {"REDIS_SENTINEL_MASTER", "REDIS_CA_FILE"}  # see test_chart_credentials.py
FIXED_IN_A_POD_OF_ITS_OWN = {"STENOFLEET_HEALTH_PORT", "STENOFLEET_API_PORT"}


def variables(kind: type[Settings]) -> set[str]:
    told = (info.validation_alias for info in kind.model_fields.values())
    return {str(getattr(each, "choices", [each])[0]) for each in told}


def test_no_setting_of_the_api_or_the_workers_is_left_out() -> None:
    known = set(CONFIGURED) | set(SECRET) | WORKERS | PARTS_OF_A_URL | OPEN_IN_A_URL
    known |= FIXED_IN_A_POD_OF_ITS_OWN
    assert variables(ApiSettings) | variables(WorkerSettings) == known


def test_no_setting_of_the_operator_is_left_out() -> None:
    assert variables(OperatorSettings) == OPERATORS | {"STENOFLEET_HEALTH_PORT"}


@pytest.mark.parametrize("variable", CONFIGURED)
def test_a_value_sets_the_variable_of_all_services(variable: str) -> None:
    values, expected = CONFIGURED[variable]
    assert of_kind(render(values), "ConfigMap")["config"]["data"][variable] == expected
    assert of_kind(render(), "ConfigMap")["config"]["data"].get(variable) != expected


def holders(variable: str, values: Values) -> dict[str, Any]:
    return {
        name: each.get("value", each.get("valueFrom"))
        for name, template in pods(render(values))
        for container in containers(template)
        for each in container["env"]
        if each["name"] == variable
    }


@pytest.mark.parametrize("variable", SECRET)
def test_a_value_says_in_which_secret_a_variable_lies(variable: str) -> None:
    values, secret = SECRET[variable]
    found = holders(variable, values)
    assert found["Deployment api"] == {"secretKeyRef": secret}
    assert all(each == {"secretKeyRef": secret} for each in found.values())


def test_only_who_speaks_with_google_gets_its_key() -> None:
    values, _ = SECRET["GOOGLE_APPLICATION_CREDENTIALS_JSON"]
    found = holders("GOOGLE_APPLICATION_CREDENTIALS_JSON", values)
    assert set(found) == {"Deployment api", "Deployment worker-core"}


def test_without_google_nothing_of_it_is_told() -> None:
    data = of_kind(render(), "ConfigMap")["config"]["data"]
    assert not [name for name in data if "GOOGLE" in name]


def test_the_operator_s_settings_are_values() -> None:
    values = {
        "settings": {"logLevel": "DEBUG", "logFormat": "console"},
        "operator": {
            "tickSeconds": 2,
            "watchNamespaces": ["steno", "shop"],
            "metrics": {"celeryExporter": True},
        },
    }
    told = {name: holders(name, values).get("Deployment operator") for name in OPERATORS}
    assert told == {
        "STENOFLEET_LOG_LEVEL": "DEBUG",
        "STENOFLEET_LOG_FORMAT": "console",
        "STENOFLEET_TICK_SECONDS": "2",
        "STENOFLEET_CELERY_EXPORTER": "true",
        "STENOFLEET_WATCH_NAMESPACES": "steno,shop",
        "STENOFLEET_NAMESPACE": {"fieldRef": {"fieldPath": "metadata.namespace"}},
        "STENOFLEET_POD_NAME": {"fieldRef": {"fieldPath": "metadata.name"}},
    }


def test_probes_ask_on_the_ports_that_the_services_are_told() -> None:
    assert of_kind(render(), "ConfigMap")["config"]["data"]["STENOFLEET_HEALTH_PORT"] == "8081"
    ports = {
        name: container["ports"][0]["containerPort"]
        for name, template in pods(render())
        for container in template["spec"]["containers"]
        if name in {"Deployment api", "Deployment beat", "Deployment worker-core"}
    }
    assert ports == {
        "Deployment api": 8000,
        "Deployment beat": 8081,
        "Deployment worker-core": 8081,
    }


def test_other_variables_can_be_told_by_name() -> None:
    objects = render({"podDefaults": {"env": {"HTTPS_PROXY": "http://proxy:3128"}}})
    api = of_kind(objects, "Deployment")["api"]
    assert api["metadata"]["name"] == f"{FULLNAME}-api"
    (container,) = api["spec"]["template"]["spec"]["containers"]
    assert {"name": "HTTPS_PROXY", "value": "http://proxy:3128"} in container["env"]
