"""Kills and restarts at chosen points: no segment is lost, and none is there twice.

`make campaign-transcription` goes through all points, with an hour's recording.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import sounds
from support.fault_points import POINTS, Point
from support.ordeal import TESTS, Ordeal
from support.servers import PostgresServer, RedisServer

ALL = os.environ.get("FAULTS") == "all"
HOUR = 3600
TEN_MINUTES = 600
SHORT = ("first-window-sent", "half-heard", "last-window-saved", "completed")
KILLS = list(POINTS.values()) if ALL else [POINTS[name] for name in SHORT]
RESTARTS = list(POINTS.values()) if ALL else [POINTS["window-being-saved"]]

Restart = Callable[[RedisServer, PostgresServer], None]


@pytest.fixture
def ordeal(installation: Any, tmp_path: Path) -> Ordeal:
    recording = tmp_path / "long.wav"
    recording.write_bytes(sounds.low_wav(HOUR if ALL else TEN_MINUTES))
    installation.environment |= {
        "PYTHONPATH": os.pathsep.join([installation.environment["PYTHONPATH"], str(TESTS)]),
        "STENOFLEET_OUTBOX_CONFIRM_SECONDS": "2",
        "STENOFLEET_LEASE_SECONDS": "5",
        # The paced engine's silence has no voices, and looking for them takes long.
        "STENOFLEET_SPEAKER_MODEL": "none",
    }
    return Ordeal(installation, installation.pending(recording))


def restart_redis(redis: RedisServer, _: PostgresServer) -> None:
    redis.stop()
    redis.start()


def empty_redis(redis: RedisServer, _: PostgresServer) -> None:
    redis.stop()
    shutil.rmtree(redis.folder)
    redis.folder.mkdir()
    redis.start()


def restart_postgres(_: RedisServer, postgres: PostgresServer) -> None:
    postgres.stop()
    postgres.start()


@pytest.mark.parametrize("point", KILLS, ids=str)
def test_a_worker_killed_at_a_point_loses_no_segment_and_doubles_none(
    ordeal: Ordeal, point: Point
) -> None:
    ordeal.killed(point)
    ordeal.end()
    ordeal.redeliver()
    ordeal.require_whole()
    ordeal.require_result()


@pytest.mark.parametrize(
    "restart", [restart_redis, restart_postgres, *([empty_redis] if ALL else [])]
)
@pytest.mark.parametrize("point", RESTARTS, ids=str)
def test_a_server_restarted_at_a_point_loses_no_segment_and_doubles_none(
    ordeal: Ordeal,
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    restart: Restart,
    point: Point,
) -> None:
    with ordeal.held(point):
        restart(redis_server, postgres_server)
    ordeal.end()
    ordeal.redeliver()
    ordeal.require_whole()
    # Results are Redis's own: one that it had, and lost, is in no other place.
    if (restart, point.name) != (empty_redis, "result-stored"):
        ordeal.require_result()
