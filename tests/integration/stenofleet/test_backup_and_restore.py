"""A dump by the chart's CronJob, on a real PostgreSQL, brings back what was there."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from stenofleet.db import upgrade as schema
from stenofleet.db.engine import make_engine
from stenofleet.db.models import TranscriptionSession
from stenofleet.settings import DatabaseSettings
from support.chart import env, pods, render
from support.servers import PostgresServer

KEEP = 2


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Engine]:
    url = postgres_server.create("dumped")
    engine = make_engine(DatabaseSettings(database_url=url))
    schema.upgrade(engine, timeout=120)
    yield engine
    engine.dispose()
    postgres_server.drop("dumped")


class CronJob:
    """The container of the chart's CronJob, as a process on this machine."""

    def __init__(self, url: str, folder: Path) -> None:
        values = {"backup": {"enabled": True, "keep": KEEP}}
        template = dict(pods(render(values)))["CronJob backup"]
        (self.container,) = template["spec"]["containers"]
        self.own = {"DATABASE_URL": url, "FOLDER": str(folder)}
        self.folder = folder

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        told = {k: v for k, v in env(self.container).items() if isinstance(v, str)}
        variables = {**os.environ, **told, **self.own, **more}
        command = self.container["command"]
        return subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=60, check=False
        )

    def dumps(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def job(database: Engine, tmp_path: Path) -> CronJob:
    return CronJob(database.url.render_as_string(hide_password=False), tmp_path)


def titles(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT title FROM session")))


def add(engine: Engine, title: str) -> None:
    with Session(engine) as session:
        session.add(TranscriptionSession(title=title, owner_id="somebody"))
        session.commit()


def test_a_restore_brings_back_what_was_there_and_nothing_else(
    job: CronJob, database: Engine
) -> None:
    add(database, "before")
    dumped = job.run()
    assert dumped.returncode == 0, dumped.stderr
    add(database, "after")
    database.dispose()
    restored = job.run(RESTORE=dumped.stdout.strip())
    assert restored.returncode == 0, restored.stderr
    assert titles(database) == ["before"]


def test_only_the_newest_dumps_are_kept(job: CronJob) -> None:
    for day in range(3):
        (job.folder / f"stenofleet-2020010{day + 1}T000000Z.dump").touch()
    newest = job.run().stdout.strip()
    assert job.dumps() == ["stenofleet-20200103T000000Z.dump", newest]


def test_a_dump_that_fails_removes_no_older_one(job: CronJob) -> None:
    kept = "stenofleet-20200101T000000Z.dump"
    (job.folder / kept).touch()
    job.own["DATABASE_URL"] += "-of-nobody"
    failed = job.run()
    assert failed.returncode != 0
    assert [name for name in job.dumps() if name.endswith(".dump")] == [kept]


def test_a_restore_that_fails_changes_nothing(job: CronJob, database: Engine) -> None:
    add(database, "here")
    (job.folder / "broken.dump").write_text("no dump")
    assert job.run(RESTORE="broken.dump").returncode != 0
    assert titles(database) == ["here"]
