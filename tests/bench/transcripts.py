"""The measurements of transcription; each yields rows of what was measured and its figure."""

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
from bench.measures import Row, note
from bench.stack import MODELS, Stack
from sqlalchemy import text
from support.sounds import as_opus
from support.speech import CLIP_SECONDS, beginning, error_rate, recording

SESSIONS = "/api/v1/sessions"
POLL_SECONDS = 0.02
DONE_SECONDS = 7200
TEN_MINUTES, ONE_HOUR, TWO_HOURS = 14, 81, 162
"""Times that the text of 44.4 s is read: 621 s, 3,596 s and 7,193 s."""

MANY = 100_000
REQUESTS = 2_000


def overhead(stack: Stack) -> Iterator[Row]:
    """Wall time from upload to transcript, less what the engine took of it."""
    for name, times in (("10-second", 0), ("10-minute", TEN_MINUTES)):
        with stack.workers(1, 1) as [worker]:
            _transcribed(stack, _sound(0))  # the model's first run is slower
            before = worker.figure("stenofleet_engine_seconds_total")
            began = time.monotonic()
            _transcribed(stack, _sound(times))
            took = time.monotonic() - began
            engine = worker.figure("stenofleet_engine_seconds_total") - before
        over = took - engine
        share = f"{100 * over / engine:.2f} % of the engine's {engine:.2f} s"
        yield f"a {name} file, upload to transcript: beside the engine", f"{over:.2f} s, {share}"


def words(stack: Stack) -> Iterator[Row]:
    """Wrong words of a read text."""
    with stack.workers(1, 1):
        for times in (1, TEN_MINUTES):
            session = _transcribed(stack, recording(times))
            heard = " ".join(each["content"] for each in _segments(stack, session))
            rate = 100 * error_rate(heard, times)
            yield f"word error rate, {times * CLIP_SECONDS:.0f} s read aloud", f"{rate:.1f} %"


def speed(stack: Stack) -> Iterator[Row]:
    """Seconds of recording a second with one slot and two, beside the engine called directly."""
    for slots in (1, 2):
        seconds = TEN_MINUTES * CLIP_SECONDS * slots
        with stack.workers(1, slots):
            for _ in range(slots):
                _transcribed(stack, _sound(0))
            began = time.monotonic()
            started = [_started(stack, recording(TEN_MINUTES)) for _ in range(slots)]
            for session in started:
                _wait(stack, session)
            ours = time.monotonic() - began
        theirs = _direct(slots)
        yield (
            f"recording seconds a second, {slots} at once: here, faster-whisper by itself",
            f"{seconds / ours:.2f}, {seconds / theirs:.2f} ({100 * (ours / theirs - 1):+.1f} %)",
        )


def memory(stack: Stack) -> Iterator[Row]:
    """What a worker of one slot takes at most, by the recording's length."""
    for name, times in (("10 min", TEN_MINUTES), ("1 h", ONE_HOUR), ("2 h", TWO_HOURS)):
        with stack.workers(1, 1) as [worker]:
            _transcribed(stack, recording(times))
            yield f"memory of a worker, {name}", f"{worker.most_memory():.0f} MB"


def waits(stack: Stack) -> Iterator[Row]:
    """How long short requests wait under a hundred long recordings."""
    long, short = as_opus(recording(ONE_HOUR)), _sound(0)
    with stack.workers(1, 2):
        for _ in range(100):
            _started(stack, long, "long.ogg", priority="batch")
        note("100 recordings of an hour are queued")
        waited = []
        for _ in range(20):
            time.sleep(random.uniform(2, 10))  # noqa: S311 - any moment
            session = _started(stack, short, priority="interactive")
            _wait(stack, session)
            waited.append(_waited(stack, session))
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


def _sound(times: int) -> bytes:
    """The text so many times; its first ten seconds for none."""
    return recording(times) if times else beginning(10)


def _started(stack: Stack, sound: bytes, name: str = "talk.wav", **more: str) -> str:
    body = {"title": "bench", "language": "en", **more}
    session: str = stack.http.post(SESSIONS, json=body).raise_for_status().json()["id"]
    files = {"file": (name, sound)}
    stack.http.post(f"{SESSIONS}/{session}/upload", files=files).raise_for_status()
    stack.http.post(f"{SESSIONS}/{session}/start-transcription").raise_for_status()
    return session


def _transcribed(stack: Stack, sound: bytes) -> str:
    session = _started(stack, sound)
    _wait(stack, session)
    return session


def _wait(stack: Stack, session: str) -> None:
    """Returns once the session is completed.

    Raises:
        RuntimeError: it ended otherwise, or not at all.
    """
    deadline = time.monotonic() + DONE_SECONDS
    while time.monotonic() < deadline:
        status = stack.http.get(f"{SESSIONS}/{session}/status").raise_for_status().json()
        if status["status"] == "completed":
            return
        if status["status"] in {"failed", "cancelled"}:
            raise RuntimeError(f"session {session}: {status['message']}")
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"session {session} is not done after {DONE_SECONDS} s")


def _waited(stack: Stack, session: str) -> float:
    """Seconds from the start's request to a worker's first word of it, by the database's clock."""
    query = (
        "SELECT extract(epoch FROM p.started_at - o.created_at) FROM processing_status p "
        "JOIN outbox o USING (session_id) WHERE session_id = :session ORDER BY o.id LIMIT 1"
    )
    with stack.engine.connect() as db:
        return float(db.execute(text(query), {"session": session}).scalar_one())


def _segments(stack: Stack, session: str) -> list[dict[str, str]]:
    answer = stack.http.get(f"{SESSIONS}/{session}/transcript").raise_for_status().json()
    found: list[dict[str, str]] = answer["segments"]
    return found


def _direct(slots: int) -> float:
    """Seconds that faster-whisper takes by itself, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_by_itself, (slots,))


def _by_itself(slots: int) -> float:
    import io  # noqa: PLC0415 - in a process of its own

    from faster_whisper import WhisperModel  # noqa: PLC0415 - as above
    from faster_whisper.audio import decode_audio  # noqa: PLC0415 - as above

    model = WhisperModel(
        str(MODELS / "base"),
        compute_type="int8",
        cpu_threads=1,
        num_workers=slots,
        local_files_only=True,
    )
    sound = decode_audio(io.BytesIO(recording(TEN_MINUTES)))
    began = time.monotonic()
    with ThreadPoolExecutor(slots) as pool:
        list(pool.map(lambda _: _heard(model, sound), range(slots)))
    return time.monotonic() - began


def _heard(model: object, sound: object) -> int:
    options = {"language": "en", "beam_size": 5, "word_timestamps": True, "vad_filter": True}
    segments, _ = model.transcribe(sound, condition_on_previous_text=False, **options)  # type: ignore[attr-defined]
    return sum(1 for _ in segments)
