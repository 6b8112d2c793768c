"""The file .env: what the example has, with secrets and places of one's own."""

import re
import socket
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic_settings import BaseSettings
from stenofleet.settings import ApiSettings, AuthMode, WorkerSettings
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.local import settings
from support.checkouts import ROOT

EXAMPLE = ROOT / settings.EXAMPLE
COMPOSE_ALONE = {"FLOWER_BASIC_AUTH", "GRAFANA_PASSWORD"}
OFFERED = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / settings.EXAMPLE).write_text(EXAMPLE.read_text())
    return tmp_path


def names(kind: type[BaseSettings]) -> set[str]:
    found = set()
    for field, info in kind.model_fields.items():
        alias = info.validation_alias
        choices = getattr(alias, "choices", None) or [alias or f"STENOFLEET_{field.upper()}"]
        found |= {str(choice) for choice in choices}
    return found


def test_each_variable_of_the_example_is_one_that_somebody_reads() -> None:
    assert names(ApiSettings) | names(WorkerSettings) | COMPOSE_ALONE >= OFFERED


def test_the_example_serves_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OFFERED:
        monkeypatch.delenv(name, raising=False)
    # The aliases are the variables' names, so the file is read as the services do.
    api = ApiSettings(_env_file=EXAMPLE)
    worker = WorkerSettings(_env_file=EXAMPLE)

    assert api.auth_mode is AuthMode.NONE
    assert not api.google_configured
    assert worker.celery_concurrency == 2
    assert worker.broker.url == "redis://:change-me-please@localhost:6379/0"


def test_secrets_are_made_anew_and_places_are_this_machines(root: Path) -> None:
    assert settings.ensure(root, Path("/data"))

    example, made = dotenv_values(EXAMPLE), dotenv_values(root / ".env")
    assert set(made) == set(example)
    assert "change-me" not in (root / ".env").read_text()
    secrets = [made[name] for name in ("REDIS_PASSWORD", "DB_PASSWORD", "STENOFLEET_SECRET_KEY")]
    assert len({str(secret) for secret in secrets}) == 3
    assert made["STENOFLEET_STORAGE_URL"] == "file:///data/recordings"
    changed = {name for name, value in made.items() if value != example[name]}
    assert {"REDIS_HOST", "DB_NAME", "CELERY_CONCURRENCY"}.isdisjoint(changed)


def test_a_port_at_which_another_server_answers_is_left_to_it(root: Path) -> None:
    with socket.create_server(("localhost", 0)) as other:
        taken = int(other.getsockname()[1])
        example = (root / settings.EXAMPLE).read_text()
        (root / settings.EXAMPLE).write_text(example.replace("6379", str(taken)))

        settings.ensure(root, root / "data")

    assert int(settings.read(root)["REDIS_PORT"]) > taken


@pytest.mark.parametrize("server", ["redis", "postgresql"])
def test_servers_whose_passwords_are_lost_are_told_of(root: Path, server: str) -> None:
    (root / "data" / server).mkdir(parents=True)

    with pytest.raises(DeployError, match=r"data has the servers of another checkout.* \.env"):
        settings.ensure(root, root / "data")

    assert not (root / ".env").exists()


def test_only_its_owner_reads_it(root: Path) -> None:
    settings.ensure(root, Path("/data"))
    assert stat.S_IMODE((root / ".env").stat().st_mode) == 0o600


def test_one_that_is_there_stays_as_it_is(root: Path) -> None:
    (root / ".env").write_text("REDIS_HOST=mine\n")
    assert not settings.ensure(root, Path("/data"))
    assert settings.read(root)["REDIS_HOST"] == "mine"


def test_the_environment_wins_as_in_the_services(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ensure(root, Path("/data"))
    monkeypatch.setenv("REDIS_PORT", "7000")
    assert settings.read(root)["REDIS_PORT"] == "7000"


def test_without_it_one_is_told_how_to_make_it(root: Path) -> None:
    with pytest.raises(DeployError, match="make dev-setup"):
        settings.read(root)
