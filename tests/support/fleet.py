"""A release on a real cluster, as tests look at it and act on it; every wait is bounded."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from stenofleet_deploy.errors import CommandError
from stenofleet_deploy.release import Release

SESSIONS = "/api/v1/sessions"
POOL = "stenofleet-transcription"
WORKER = "worker-transcription"
DEPLOYMENT = f"stenofleet-{WORKER}"
POLL_SECONDS = 0.5
STOP_SECONDS = 60
WAIT_SECONDS, LONG_SECONDS = 120, 240
"""Many times what a machine at rest takes: a busy one may stand still for a while."""
REQUEST_SECONDS = 30
IDLE_SECONDS = 2.0
"""After which a connection is not used again. The API closes it after 5 s (uvicorn's default), and
what is sent just then is lost."""

T = TypeVar("T")


class UnavailableError(AssertionError):
    """The API asks to come again: its database or its Redis is away for a moment."""


def eventually(probe: Callable[[], T], what: str, seconds: float) -> T:
    """The first answer of ``probe`` that is true; fails with ``what`` after ``seconds``.

    What kubectl or the API refuse meanwhile is asked for again: on a machine that stands still for
    a while a server, or what it is reached by, may be away for a moment.
    """
    deadline = time.monotonic() + seconds
    while not (found := _answer_or_none(probe, deadline)):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(POLL_SECONDS)
    return found


def _answer_or_none(probe: Callable[[], T], deadline: float) -> T | None:
    try:
        return probe()
    except (CommandError, UnavailableError):
        if time.monotonic() >= deadline:
            raise
        return None


def client(url: str) -> httpx.Client:
    """A client of a release's API."""
    limits = httpx.Limits(keepalive_expiry=IDLE_SECONDS)
    return httpx.Client(base_url=url, timeout=REQUEST_SECONDS, limits=limits)


@dataclass(frozen=True)
class Fleet:
    """A release: its API over HTTP, its objects over kubectl."""

    release: Release
    http: httpx.Client

    def uploaded(self, recording: bytes, name: str = "talk.wav") -> str:
        """The id of a session that has its recording."""
        session = self._created()
        _answer(self._sent(session, recording, name))
        return session

    def refused(self, recording: bytes, name: str) -> tuple[int, str]:
        """Status and sentence for a recording that is not taken."""
        answer = self._sent(self._created(), recording, name)
        return answer.status_code, str(answer.json()["detail"])

    def start(self, session: str) -> None:
        self._post(f"/{session}/start-transcription")

    def started(self, recording: bytes, name: str = "talk.wav") -> str:
        """The id of a session whose transcription was asked for."""
        session = self.uploaded(recording, name)
        self.start(session)
        return session

    def status(self, session: str) -> dict[str, Any]:
        return self._get(f"/{session}/status")

    def text(self, session: str) -> str:
        """What was said in the recording, without who said it."""
        return " ".join(segment["content"] for segment in self.segments(session))

    def segments(self, session: str) -> list[dict[str, Any]]:
        """The transcript."""
        found: list[dict[str, Any]] = self._get(f"/{session}/transcript")["segments"]
        return found

    def wait_completed(self, session: str, seconds: float) -> None:
        """Returns once the session is completed; fails at once when it has failed."""

        def completed() -> bool:
            status = self.status(session)
            assert status["status"] not in {"failed", "cancelled"}, status
            return bool(status["status"] == "completed")

        eventually(completed, f"session {session} to be completed", seconds)

    def wait_ended(self, session: str, seconds: float) -> dict[str, Any]:
        """The status of the session once it is completed or failed."""

        def ended() -> dict[str, Any] | None:
            status = self.status(session)
            return status if status["status"] in {"completed", "failed"} else None

        found = eventually(ended, f"session {session} to end", seconds)
        assert found is not None
        return found

    def wait_transcribing(self, session: str, seconds: float = 180) -> None:
        """Returns once a worker is in the middle of the session."""
        eventually(lambda: (self.status(session)["progress"] or 0) > 0, "a worker at work", seconds)

    def wait_asleep(self, seconds: float = LONG_SECONDS) -> None:
        """Returns once the pool of transcribers has no pod."""
        eventually(
            lambda: self.replicas() == 0 and not self.pods(WORKER), "no worker left", seconds
        )

    def wait_replicas(self, count: int, seconds: float = WAIT_SECONDS) -> None:
        eventually(lambda: self.replicas() == count, f"{count} replicas", seconds)

    def get(self, *words: str) -> dict[str, Any]:
        """An object, or a list of them."""
        found: dict[str, Any] = json.loads(self.release.kubectl("get", *words, "-o", "json"))
        return found

    def pool(self, name: str = POOL) -> dict[str, Any]:
        return self.get("workerpool", name)

    def replicas(self) -> int:
        """How many transcribers the operator wants."""
        return int(self.get("deployment", DEPLOYMENT)["spec"]["replicas"])

    def pods(self, component: str) -> list[dict[str, Any]]:
        selector = f"{self.release.selector},app.kubernetes.io/component={component}"
        found: list[dict[str, Any]] = self.get("pods", "-l", selector)["items"]
        return found

    def runs(self, *components: str) -> set[tuple[str, int]]:
        """Each pod of these components with its restarts: another set means that one began anew."""
        return {
            (
                pod["metadata"]["uid"],
                sum(c["restartCount"] for c in pod["status"].get("containerStatuses", [])),
            )
            for component in components
            for pod in self.pods(component)
        }

    def reasons(self) -> set[str]:
        """The reasons of the release's events."""
        return {str(event.get("reason")) for event in self.get("events")["items"]}

    def attempts(self, sessions: Sequence[str]) -> list[int]:
        """How often each of the sessions was sent out."""
        listed = ",".join(f"'{session}'" for session in sessions)
        return [int(n) for n in self.sql(f"SELECT attempt FROM session WHERE id IN ({listed})")]  # noqa: S608

    def deliveries(self, session: str) -> list[int]:
        """How often each window of the session was sent out."""
        query = f"SELECT deliveries FROM transcription_window WHERE session_id = '{session}'"  # noqa: S608
        return [int(row) for row in self.sql(query)]

    def heard_by(self, session: str) -> dict[int, str]:
        """The worker that heard each window of the session, by the window's index."""
        columns = "index, split_part(lease_owner, '/', 1)"
        where = f"session_id = '{session}' AND state = 'done'"
        rows = self.sql(f"SELECT {columns} FROM transcription_window WHERE {where}")  # noqa: S608
        return {int(index): worker for index, worker in (row.split("|") for row in rows)}

    def positions(self, session: str) -> list[int]:
        """The positions of the session's segments, in order."""
        rows = f"SELECT position FROM segment WHERE session_id = '{session}' ORDER BY id"  # noqa: S608
        return [int(row) for row in self.sql(rows)]

    def sql(self, query: str) -> list[str]:
        """The rows of a query to the release's own database."""
        command = f'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -At -c "{query}"'
        pod = "stenofleet-postgresql-0"
        return self.release.kubectl("exec", pod, "--", "sh", "-c", command).splitlines()

    @contextmanager
    def streamed(self, *words: str) -> Iterator[Callable[[], str]]:
        """What a kubectl command that does not end has written so far."""
        cluster = self.release.cluster
        command = cluster.kubectl_command("--namespace", self.release.namespace, *words)
        environment = {**os.environ, **cluster.environment}
        with tempfile.NamedTemporaryFile("wb") as file:
            process = subprocess.Popen(command, env=environment, stdout=file)
            try:
                yield Path(file.name).read_text
            finally:
                _stop(process)

    @contextmanager
    def history(self, kind: str, name: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
        """Every state of an object, from now on, in order."""
        with self.streamed("get", kind, name, "--watch", "-o", "json") as written:
            eventually(lambda: "}" in written(), f"the first state of {name}", WAIT_SECONDS)
            yield lambda: list(_objects(written()))

    def _created(self) -> str:
        return str(self._post("", json={"title": "Evening", "language": "en"})["id"])

    def _sent(self, session: str, recording: bytes, name: str) -> httpx.Response:
        return self.http.post(f"{SESSIONS}/{session}/upload", files={"file": (name, recording)})

    def _get(self, path: str) -> dict[str, Any]:
        return _answer(self.http.get(SESSIONS + path))

    def _post(self, path: str, **content: Any) -> dict[str, Any]:
        return _answer(self.http.post(SESSIONS + path, **content))


def kill(pod: dict[str, Any]) -> None:
    """Sends SIGKILL to a pod's worker, which only the machine of its node can."""
    found = killed(pod)
    if not found and os.environ.get("CONTEXT"):
        pytest.skip("the pod's node is another machine: nobody here may kill its processes")
    assert found, f"no process of {pod['metadata']['name']} runs on this machine"


def killed(pod: dict[str, Any]) -> bool:
    """Sends SIGKILL to a pod's worker; False when this machine has none, or no longer."""
    uid = re.compile(pod["metadata"]["uid"].replace("-", "[-_]"))
    workers = [process for process in _processes() if uid.search(_read(process / "cgroup"))]
    celery = [process for process in workers if "celery" in _read(process / "cmdline")]
    for process in celery:
        # A child may have gone with its parent.
        with suppress(ProcessLookupError):
            os.kill(int(process.name), signal.SIGKILL)
    return bool(celery)


def _processes() -> list[Path]:
    return [path for path in Path("/proc").iterdir() if path.name.isdigit()]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _answer(response: httpx.Response) -> dict[str, Any]:
    told = f"{response.request.url}: {response.status_code}: {response.text}"
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        raise UnavailableError(told)
    assert response.is_success, told
    answer: dict[str, Any] = response.json()
    return answer


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a stream; its last one may not be whole yet."""
    decoder, text = json.JSONDecoder(), text.lstrip()
    while text:
        try:
            found, end = decoder.raw_decode(text)
        except json.JSONDecodeError:
            return
        yield found
        text = text[end:].lstrip()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(STOP_SECONDS)
