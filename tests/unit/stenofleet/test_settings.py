"""Environment variables: what they mean, and how a wrong one is told."""

import socket
from pathlib import Path

import pytest
from stenofleet.errors import SettingsError
from stenofleet.settings import (
    ApiSettings,
    DatabaseSettings,
    OperatorSettings,
    RedisSettings,
    StorageSettings,
    WorkerSettings,
    load,
)


@pytest.fixture(autouse=True)
def no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_redis_url_wins_over_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "rediss://cache.example.com:6380/2")
    monkeypatch.setenv("REDIS_HOST", "other")
    assert load(RedisSettings).broker.url == (
        "rediss://cache.example.com:6380/2?ssl_cert_reqs=required"
    )


def test_sentinels_need_the_master_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "sentinel://:hush@watch-0;sentinel://watch-1:26380")
    with pytest.raises(SettingsError, match=r"REDIS_SENTINEL_MASTER: .*CELERY_BROKER_URL"):
        load(RedisSettings)
    monkeypatch.setenv("REDIS_SENTINEL_MASTER", "steno")
    assert load(RedisSettings).broker.master == "steno"


def test_a_ca_file_is_what_redis_and_its_sentinels_are_held_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_CA_FILE", "/ca.crt")
    monkeypatch.setenv("REDIS_URL", "rediss://cache/0")
    assert load(RedisSettings).broker.url.endswith("?ssl_cert_reqs=required&ssl_ca_certs=/ca.crt")
    monkeypatch.setenv("REDIS_URL", "sentinel://watch-0/0")
    monkeypatch.setenv("REDIS_SENTINEL_MASTER", "steno")
    assert load(RedisSettings).broker.tls == {"ssl_ca_certs": "/ca.crt"}


def test_parts_make_a_url_with_the_password_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_HOST", "cache")
    monkeypatch.setenv("REDIS_PASSWORD", "a/b@c")
    assert load(RedisSettings).broker.url == "redis://:a%2Fb%40c@cache:6379/0"


def test_results_go_where_the_broker_is_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://cache/0")
    assert load(RedisSettings).results.url == "redis://cache/0"
    monkeypatch.setenv("CELERY_RESULT_BACKEND", "redis://cache/1")
    assert load(RedisSettings).results.url == "redis://cache/1"
    assert load(RedisSettings).broker.url == "redis://cache/0"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_any_postgresql_url_uses_psycopg2(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://me:secret@db/steno")
    assert load(DatabaseSettings).database == "postgresql+psycopg2://me:secret@db/steno"


def test_a_wrong_value_is_told_with_its_variable_and_what_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_PORT", "many")
    with pytest.raises(SettingsError, match=r"REDIS_PORT.*valid integer.*'many'"):
        load(RedisSettings)


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_PORT", "0")
    monkeypatch.setenv("CELERY_CONCURRENCY", "-1")
    with pytest.raises(SettingsError) as raised:
        load(WorkerSettings)
    assert "REDIS_PORT" in str(raised.value)
    assert "CELERY_CONCURRENCY" in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDIS_URL", "http://user:hush@cache"),
        ("REDIS_URL", "sentinel://user:hush@cache:hush"),
        ("REDIS_URL", "redis://user:hush/1@cache"),
        ("REDIS_URL", "rediss://user:hush\u2100@cache"),
        ("REDIS_URL", "sentinel://user:hush\u2100@cache"),
        ("DATABASE_URL", "mysql://user:hush@db"),
        ("DATABASE_URL", "postgresql://user:hush/1@db"),
        ("STENOFLEET_TRACING_ENDPOINT", "ftp://user:hush@traces"),
        ("STENOFLEET_TRACING_ENDPOINT", "https://traces?token=hush"),
        ("STENOFLEET_STORAGE_URL", "https://hush@store"),
        ("STENOFLEET_GOOGLE_STAGING_URL", "https://user:hush@store"),
        ("STENOFLEET_SECRET_KEY", "hush"),
    ],
)
def test_a_wrong_secret_is_told_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable) as raised:
        load(ApiSettings)
    assert "hush" not in str(raised.value)


def test_a_missing_secret_key_names_the_variable() -> None:
    with pytest.raises(SettingsError, match="STENOFLEET_SECRET_KEY is not set"):
        load(ApiSettings)


def test_an_unknown_store_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENOFLEET_STORAGE_URL", "ftp://host/folder")
    with pytest.raises(SettingsError, match=r"STENOFLEET_STORAGE_URL.*file:///.*ftp://host"):
        load(StorageSettings)


def test_the_operator_watches_its_own_namespace_unless_told_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STENOFLEET_NAMESPACE", "speech")
    assert load(OperatorSettings).watch_namespaces == ["speech"]
    monkeypatch.setenv("STENOFLEET_WATCH_NAMESPACES", "one, two,")
    assert load(OperatorSettings).watch_namespaces == ["one", "two"]


def test_the_operator_watches_all_namespaces_or_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENOFLEET_WATCH_NAMESPACES", "*")
    assert load(OperatorSettings).watch_namespaces == ["*"]
    monkeypatch.setenv("STENOFLEET_WATCH_NAMESPACES", "*,one")
    with pytest.raises(
        SettingsError, match=r"STENOFLEET_WATCH_NAMESPACES: expected .* or \* alone"
    ):
        load(OperatorSettings)


def test_the_operator_knows_its_pod_by_the_variable_else_by_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load(OperatorSettings).pod_name == socket.gethostname()
    monkeypatch.setenv("STENOFLEET_POD_NAME", "operator-7")
    assert load(OperatorSettings).pod_name == "operator-7"


def test_an_env_file_is_read_and_the_environment_wins(
    env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env_file.write_text("REDIS_HOST=from-file\nREDIS_PORT=7000\n")
    monkeypatch.setenv("REDIS_PORT", "7001")
    assert load(RedisSettings).broker.url == "redis://from-file:7001/0"
