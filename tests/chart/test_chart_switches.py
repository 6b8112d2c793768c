"""Every switch of the chart, on and off: it changes something, and what comes is valid."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from support.chart import (
    CHART,
    OPERATOR_ALONE,
    OWN_POOL,
    Values,
    everything,
    merged,
)
from support.schemas import check, newest_versions

DEFAULTS: Values = yaml.safe_load((CHART / "values.yaml").read_text())
MADE_UP = re.compile(r"\b([A-Za-z0-9]{32}|[0-9a-f]{64})\b")
"""Passwords, and hashes of them."""

POLICY: Values = {"networkPolicy": {"enabled": True, "apiServer": {"cidrs": ["10.9.0.1/32"]}}}
GOOGLE: Values = {
    "google": {
        "projectId": "mine",
        "stagingUrl": "gs://mine/staging",
        "credentialsSecret": {"name": "google"},
    }
}
NOBODY: Values = {key: OPERATOR_ALONE[key] for key in ("api", "beat", "workers")}
MAIL: Values = {"workers": {"mail": OWN_POOL}}
ROUTE = {"hostnames": ["a.example.com"], "parentRefs": [{"name": "shared"}]}

# What must be said beside a switch, for both of its sides.
COMPANIONS: dict[str, Values] = {
    "api.ingress.enabled": {"api": {"ingress": {"host": "a.example.com"}}},
    "api.route.enabled": {"api": {"route": ROUTE}},
    "backup.volume.retain": {"backup": {"enabled": True}},
    "dev.sync": {"settings": {"authMode": "none"}},
    "flower.enabled": {"flower": {"basicAuthSecret": {"name": "flower"}}},
    "google.dynamicBatching": GOOGLE,
    "google.workloadIdentity": GOOGLE,
    "networkPolicy.enabled": merged(POLICY, {"networkPolicy": {"enabled": False}}),
    "postgresql.enabled": NOBODY,
    "redis.enabled": NOBODY,
    "redis.tls.enabled": {"redis": {"tls": {"certificateSecret": "redis-tls"}}},
    "settings.webhookAllowPrivate": POLICY,
    "storage.volume.singleNode": {"storage": {"volume": {"accessModes": ["ReadWriteMany"]}}},
    "workerDefaults.database": MAIL,
    "workerDefaults.enabled": {"beat": {"enabled": False}},
    "workerDefaults.google": GOOGLE,
    "workerDefaults.health": MAIL,
    "workerDefaults.outside": POLICY,
    "workers.core.google": GOOGLE,
    "workers.core.outside": POLICY,
}
# They allow something, and stand in no object.
WORDS = {"google.workloadIdentity", "storage.volume.singleNode"}


def switches(values: Values, above: str = "") -> Iterator[tuple[str, bool]]:
    """The path and the default of each boolean."""
    for key, value in values.items():
        if isinstance(value, bool):
            yield f"{above}{key}", value
        elif isinstance(value, dict):
            yield from switches(value, f"{above}{key}.")


SWITCHES = dict(switches(DEFAULTS))


def at(path: str, value: Any) -> Values:
    """Values that say one thing."""
    for key in reversed(path.split(".")):
        value = {key: value}
    told: Values = value
    return told


def rendered(path: str, *, on: bool) -> set[str]:
    """Each object as text, alike whatever was made up."""
    # The default is not said again, so that most switches share one rendering of it.
    told = {} if SWITCHES[path] is on else at(path, on)
    objects = everything(merged(COMPANIONS.get(path, {}), told))
    return {MADE_UP.sub("x", json.dumps(each, sort_keys=True)) for each in objects}


@cache
def is_valid(found: str) -> bool:
    check(json.loads(found), *newest_versions())
    return True


@pytest.mark.parametrize("path", SWITCHES)
def test_a_switch_changes_something_and_what_comes_is_valid_on_both_sides(path: str) -> None:
    off, on = rendered(path, on=False), rendered(path, on=True)
    assert all(is_valid(each) for each in off | on)
    assert (off == on) is (path in WORDS)


def test_the_tables_name_no_switch_that_is_not_there() -> None:
    assert COMPANIONS.keys() | WORDS <= SWITCHES.keys()
    assert len(SWITCHES) > 30


def test_three_minors_are_asked() -> None:
    assert len(set(newest_versions())) == 3
