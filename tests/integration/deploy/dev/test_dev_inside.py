"""What runs in a pod, here with a process of this machine that starts again as theirs do."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from stenofleet_deploy.dev import inside
from stenofleet_deploy.dev.copying import archive
from stenofleet_deploy.dev.sources import code_of
from support.servers import free_port, until

MODULE = "services/api/src/stenofleet_api/word.py"
TARGET = "stenofleet_api/word.py"
SERVER = """
import http.server, sys
import stenofleet_api.word
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(stenofleet_api.word.WORD.encode())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


class Served:
    """A process that serves the word which its code says."""

    def __init__(self, folder: Path) -> None:
        self.app, self.source = folder / "app", folder / "source"
        self.url = f"http://127.0.0.1:{free_port()}/"
        for path in (self.app / TARGET, self.source / MODULE):
            path.parent.mkdir(parents=True)
        # Without it, the package that is installed here would be found first.
        (self.app / "stenofleet_api" / "__init__.py").write_text("")
        (self.app / TARGET).write_text('WORD = "before"\n')
        (self.app / "server.py").write_text(textwrap.dedent(SERVER))
        port = self.url.rstrip("/").rpartition(":")[2]
        command = f"{sys.executable} -B {self.app / 'server.py'} {port}"
        again = [sys.executable, "-m", "watchfiles", "--target-type", "command"]
        self.process = subprocess.Popen([*again, command, str(self.app)], cwd=folder)

    def word(self) -> str:
        try:
            return httpx.get(self.url).text
        except httpx.TransportError:
            return ""

    def change(self, text: str, removed: tuple[str, ...] = ()) -> None:
        (self.source / MODULE).write_text(text)
        code = code_of(MODULE)
        assert code is not None
        inside.receive(str(self.app), archive(self.source, [code]), removed, self.url, 120)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    found = Served(tmp_path)
    monkeypatch.setattr(inside, "first", lambda _: str(found.process.pid))
    try:
        until(lambda: found.word() == "before", "the server")
        yield found
    finally:
        found.process.terminate()
        found.process.wait(60)


def test_it_returns_when_the_process_serves_with_the_new_code(served: Served) -> None:
    served.change('WORD = "after"\n')
    assert served.word() == "after"


def test_a_process_that_ends_is_told_and_the_next_change_mends_it(served: Served) -> None:
    with pytest.raises(SystemExit, match="the process ended with the new code"):
        served.change("WORD =\n")

    served.change('WORD = "mended"\n')
    assert served.word() == "mended"


def test_removed_files_are_removed_and_missing_ones_no_fault(served: Served) -> None:
    gone = served.app / "stenofleet_api" / "gone.py"
    gone.write_text("")
    removed = ("stenofleet_api/gone.py", "stenofleet_api/never.py")

    served.change('WORD = "after"\n', removed)

    assert not gone.exists()


def test_a_process_that_does_not_serve_in_time_is_told(served: Served) -> None:
    with pytest.raises(SystemExit, match="does not serve with the new code within 0 s"):
        inside.wait(inside.children(), served.url, 0.2)


@pytest.mark.parametrize("others", [[], [inside.Process("1", "pause", "S", "0", 10)]])
def test_the_first_process_of_a_container_is_found_also_where_its_pod_shares_them(
    others: list[inside.Process],
) -> None:
    watcher = inside.Process("7", "python", "S", "0", 20)
    ours = inside.Process("8", "python", "S", "7", 30)
    exec_of_us = inside.Process("90", "python", "R", "0", 4000)
    assert inside.first([exec_of_us, *others, ours, watcher]) == "7"
