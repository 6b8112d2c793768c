"""What the first transcript tells when it does not come; that it comes is tested on the cluster."""

import httpx
import pytest
from stenofleet_deploy import demo
from stenofleet_deploy.errors import DeployError

PROBLEM = {"content-type": "application/problem+json"}


def client(*answers: httpx.Response) -> httpx.Client:
    left = iter(answers)
    transport = httpx.MockTransport(lambda _request: next(left))
    return httpx.Client(transport=transport, base_url="http://api")


def status(state: str, progress: int, message: str) -> httpx.Response:
    return httpx.Response(200, json={"status": state, "progress": progress, "message": message})


def test_each_change_of_the_status_is_written_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "POLL_SECONDS", 0)
    waiting = [status("pending", 0, "waiting") for _ in range(3)]
    demo.follow(client(*waiting, status("completed", 100, "done")), "1")
    assert capsys.readouterr().out.split("\n") == [
        "    pending   0 %  waiting",
        "    completed 100 %  done",
        "",
    ]


def test_a_failed_transcription_ends_the_demo_with_its_message() -> None:
    with pytest.raises(DeployError, match=r"ended: failed: no speech$"):
        demo.follow(client(status("failed", 0, "no speech")), "1")


def test_a_refusal_is_told_in_the_words_of_the_api() -> None:
    refusal = httpx.Response(415, headers=PROBLEM, json={"detail": "the file is no audio"})
    with pytest.raises(DeployError, match=r"POST /upload: 415: the file is no audio$"):
        demo.call(client(refusal), "POST", "/upload")


def test_an_answer_of_a_proxy_is_told_as_it_is() -> None:
    answer = httpx.Response(502, text="bad gateway")
    with pytest.raises(DeployError, match=r"GET /: 502: bad gateway"):
        demo.call(client(answer), "GET", "/")


def test_an_api_that_does_not_answer_is_told() -> None:
    with (
        httpx.Client(base_url="http://127.0.0.1:1", trust_env=False) as away,
        pytest.raises(DeployError, match="does not answer"),
    ):
        demo.call(away, "GET", "/")
