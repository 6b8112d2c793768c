"""The measurements of transcription; each yields rows of what was measured and its figure."""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from bench.measures import Row, note
from bench.sessions import SESSIONS, Sessions
from bench.stack import Process, Stack
from sqlalchemy import text
from support.sounds import as_opus
from support.speech import CLIP_SECONDS, beginning, error_rate, recording

ENGINES = "stenofleet_engine_seconds_total"
TEN_MINUTES, ONE_HOUR, TWO_HOURS = 14, 81, 162
"""Times that the text of 44.4 s is read: 621 s, 3,596 s and 7,193 s."""

MANY = 100_000
REQUESTS = 2_000
FILLING = (
    """
    INSERT INTO session (id, title, status, created_at)
    SELECT gen_random_uuid(), 'bench ' || n, (ARRAY['completed', 'failed', 'uploading'])[1 + n % 3],
        now() - n * interval '1 second' FROM generate_series(1, :many) n
    """,
    """
    INSERT INTO processing_status (session_id, status, progress, message)
    SELECT id, status, 100, 'Completed' FROM session WHERE status = 'completed'
    """,
    "VACUUM ANALYZE session, processing_status",
)


@dataclass(frozen=True)
class Shares:
    """Wall time from upload to transcript, and what the engines had of it; in seconds."""

    took: float
    upload: float
    hearing: float
    speakers: float

    @property
    def beside(self) -> float:
        """What was neither engine's."""
        return self.took - self.hearing - self.speakers


def overhead(stack: Stack, rounds: int) -> Iterator[Row]:
    """Wall time from upload to transcript, less what the engines took of it."""
    sounds = {
        "10 s": beginning(10),
        "10 min": recording(TEN_MINUTES),
        "10 min as Opus": as_opus(recording(TEN_MINUTES)),
    }
    kinds = [(name, apart) for name in sounds for apart in (True, False)]
    found: dict[tuple[str, bool], list[Shares]] = {kind: [] for kind in kinds}
    with stack.workers(1, 1) as [worker]:
        Sessions(stack).transcript(recording(1))  # models are slower at first
        for _ in range(rounds):
            for name, apart in kinds:
                found[name, apart].append(_shares(stack, worker, sounds[name], apart=apart))
                note(f"{name}, {apart}: beside {found[name, apart][-1].beside:.2f} s")
    for (name, apart), shares in found.items():
        speakers = "speakers told apart" if apart else "speakers not told apart"
        yield f"{name}, {speakers}: upload to transcript, {rounds} rounds", _told(shares)


def _shares(stack: Stack, worker: Process, sound: bytes, *, apart: bool) -> Shares:
    before = _engines(worker)
    began = time.monotonic()
    sessions = Sessions(stack)
    session = sessions.start(sound, diarize=apart)
    upload = time.monotonic() - began
    sessions.wait(session)
    sessions.segments(session)
    took = time.monotonic() - began
    hearing, speakers = (now - then for now, then in zip(_engines(worker), before, strict=True))
    return Shares(took, upload, hearing, speakers)


def _told(rounds: Sequence[Shares]) -> str:
    """Each figure is the middle one of its own."""

    def middle(of: Callable[[Shares], float]) -> float:
        return statistics.median(map(of, rounds))

    return (
        f"{middle(lambda each: each.took):.2f} s: hearing {middle(lambda each: each.hearing):.2f}, "
        f"speakers {middle(lambda each: each.speakers):.2f}, "
        f"beside them {middle(lambda each: each.beside):.2f} "
        f"({middle(lambda each: each.beside / (each.hearing + each.speakers)):.2%} of both), "
        f"of which the upload has {middle(lambda each: each.upload):.2f}"
    )


def _engines(worker: Process) -> tuple[float, float]:
    return worker.figure(ENGINES, "hearing"), worker.figure(ENGINES, "speakers")


def words(stack: Stack, _: int) -> Iterator[Row]:
    """Wrong words of a read text."""
    sessions = Sessions(stack)
    with stack.workers(1, 1):
        for times in (1, TEN_MINUTES):
            found = sessions.transcript(recording(times))
            heard = " ".join(each["content"] for each in found)
            rate = error_rate(heard, times)
            yield f"word error rate, {times * CLIP_SECONDS:.0f} s read aloud", f"{rate:.1%}"


def memory(stack: Stack, _: int) -> Iterator[Row]:
    """What a worker of one slot takes at most, by the recording's length."""
    for name, times in (("10 min", TEN_MINUTES), ("1 h", ONE_HOUR), ("2 h", TWO_HOURS)):
        with stack.workers(1, 1) as [worker]:
            Sessions(stack).transcript(recording(times))
            yield f"memory of a worker, {name}", f"{worker.most_memory():.0f} MB"


def waits(stack: Stack, _: int) -> Iterator[Row]:
    """How long short requests wait under a hundred long recordings."""
    long, short, sessions = as_opus(recording(ONE_HOUR)), beginning(10), Sessions(stack)
    with stack.workers(1, 2):
        for _ in range(100):
            sessions.start(long, "long.ogg", priority="batch")
        note("100 recordings of an hour are queued")
        waited = []
        for _ in range(20):
            time.sleep(random.uniform(2, 10))  # noqa: S311 - any moment
            session = sessions.start(short, priority="interactive")
            sessions.wait(session)
            waited.append(sessions.waited(session))
            note(f"waited {waited[-1]:.1f} s")
    p95 = statistics.quantiles(waited, n=20, method="inclusive")[-1]
    name = "wait of a 10-second request under 100 one-hour recordings, 20 requests"
    yield name, f"p50 {statistics.median(waited):.1f} s, p95 {p95:.1f} s, max {max(waited):.1f} s"


def requests(stack: Stack, _: int) -> Iterator[Row]:
    """Requests a second for status and list, with many sessions in the table."""
    session = _filled(stack)
    paths = {
        "status": f"{SESSIONS}/{session}/status",
        "list": f"{SESSIONS}?limit=20",
        "list of the failed": f"{SESSIONS}?status=failed&limit=20",
    }
    for name, path in paths.items():
        rate, p99 = _hammered(stack.http.base_url, path)
        yield f"{name} with {MANY:,} sessions", f"{rate:.0f} requests/s, p99 {1000 * p99:.0f} ms"


def _filled(stack: Stack) -> str:
    """Writes sessions as they would have come one by one; returns the id of one.

    PostgreSQL is told of them as it would have noticed by itself in time.
    """
    with stack.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        for statement in FILLING:
            db.execute(text(statement), {"many": MANY})
        completed = "SELECT id FROM session WHERE status = 'completed' LIMIT 1"
        return str(db.scalar(text(completed)))


def _hammered(base: httpx.URL, path: str) -> tuple[float, float]:
    """Requests a second of eight clients, and the 99th percentile of their seconds."""
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        took = [t for each in pool.map(lambda _: _asked(base, path), range(8)) for t in each]
    return len(took) / (time.monotonic() - began), statistics.quantiles(took, n=100)[-1]


def _asked(base: httpx.URL, path: str) -> list[float]:
    took = []
    with httpx.Client(base_url=base, timeout=30) as http:
        for _ in range(REQUESTS // 8):
            at = time.monotonic()
            http.get(path).raise_for_status()
            took.append(time.monotonic() - at)
    return took
