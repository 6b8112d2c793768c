"""The measurements of transcription; each yields rows of what was measured and its figure."""

import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
from bench import direct
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


def overhead(stack: Stack) -> Iterator[Row]:
    """Wall time from upload to transcript, less what the engines took of it."""
    sounds = {
        "10 s": beginning(10),
        "10 min": recording(TEN_MINUTES),
        "10 min as Opus": as_opus(recording(TEN_MINUTES)),
    }
    for name, sound in sounds.items():
        for apart in (True, False):
            speakers = "speakers told apart" if apart else "speakers not told apart"
            yield f"{name}, {speakers}: upload to transcript", _shares(stack, sound, apart=apart)


def _shares(stack: Stack, sound: bytes, *, apart: bool) -> str:
    sessions = Sessions(stack)
    with stack.workers(1, 1) as [worker]:
        sessions.transcript(recording(1))  # models are slower at first
        before = _engines(worker)
        began = time.monotonic()
        sessions.transcript(sound, diarize=apart)
        took = time.monotonic() - began
        after = _engines(worker)
    hearing, speakers = (now - then for now, then in zip(after, before, strict=True))
    engines = hearing + speakers
    return (
        f"{took:.2f} s: hearing {hearing:.2f}, speakers {speakers:.2f}, "
        f"beside them {took - engines:.2f} ({(took - engines) / engines:.2%} of both, "
        f"with the speakers' {(took - hearing) / hearing:.2%} of hearing)"
    )


def _engines(worker: Process) -> tuple[float, float]:
    return worker.figure(ENGINES, "hearing"), worker.figure(ENGINES, "speakers")


def words(stack: Stack) -> Iterator[Row]:
    """Wrong words of a read text."""
    sessions = Sessions(stack)
    with stack.workers(1, 1):
        for times in (1, TEN_MINUTES):
            found = sessions.transcript(recording(times))
            heard = " ".join(each["content"] for each in found)
            rate = error_rate(heard, times)
            yield f"word error rate, {times * CLIP_SECONDS:.0f} s read aloud", f"{rate:.1%}"


def speed(stack: Stack) -> Iterator[Row]:
    """Seconds of recording a second with one slot and two, beside the engine called directly."""
    for slots in (1, 2):
        seconds = TEN_MINUTES * CLIP_SECONDS * slots
        theirs = direct.seconds(stack.model, recording(TEN_MINUTES), slots, recording(1))
        yield f"{slots} at once: faster-whisper by itself", f"{seconds / theirs:.2f}x real time"
        for apart in (False, True):
            ours = _at_once(stack, slots, apart=apart)
            speakers = "speakers told apart" if apart else "speakers not told apart"
            speed = f"{seconds / ours:.2f}x real time ({ours / theirs - 1:+.1%} of the time)"
            yield f"{slots} at once: here, {speakers}", speed


def _at_once(stack: Stack, slots: int, *, apart: bool) -> float:
    """Seconds for as many recordings as there are slots."""
    sessions = Sessions(stack)
    with stack.workers(1, slots):
        for session in [sessions.start(recording(1)) for _ in range(slots)]:
            sessions.wait(session)
        began = time.monotonic()
        sound = recording(TEN_MINUTES)
        for session in [sessions.start(sound, diarize=apart) for _ in range(slots)]:
            sessions.wait(session)
        return time.monotonic() - began


def memory(stack: Stack) -> Iterator[Row]:
    """What a worker of one slot takes at most, by the recording's length."""
    for name, times in (("10 min", TEN_MINUTES), ("1 h", ONE_HOUR), ("2 h", TWO_HOURS)):
        with stack.workers(1, 1) as [worker]:
            Sessions(stack).transcript(recording(times))
            yield f"memory of a worker, {name}", f"{worker.most_memory():.0f} MB"


def waits(stack: Stack) -> Iterator[Row]:
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


def requests(stack: Stack) -> Iterator[Row]:
    """Requests a second for status and list, with many sessions in the table."""
    with stack.engine.begin() as db:
        db.execute(
            text(
                "INSERT INTO session (id, title, status, created_at) SELECT gen_random_uuid(), "
                "'bench ' || n, (ARRAY['completed', 'failed', 'uploading'])[1 + n % 3], "
                "now() - n * interval '1 second' FROM generate_series(1, :many) n"
            ),
            {"many": MANY},
        )
    with stack.engine.connect() as db:
        [session] = db.scalars(text("SELECT id FROM session LIMIT 1"))
    paths = {
        "status": f"{SESSIONS}/{session}/status",
        "list": f"{SESSIONS}?limit=20",
        "list of the failed": f"{SESSIONS}?status=failed&limit=20",
    }
    for name, path in paths.items():
        rate, p99 = _hammered(stack.http.base_url, path)
        yield f"{name} with {MANY:,} sessions", f"{rate:.0f} requests/s, p99 {1000 * p99:.0f} ms"


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
