"""One message, sent to a real receiver."""

import shutil
import ssl
import subprocess
import uuid
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import httpcore
import pytest
from stenofleet import webhooks
from stenofleet.settings import WebhookSettings
from stenofleet_worker.webhooks.sender import Outgoing, Sender
from support.receivers import Receiver, receiver

SECRET = webhooks.new_secret()
HOST = "hooks.example.com"
STRICT = WebhookSettings(webhook_allow_http=True)
LENIENT = WebhookSettings(webhook_allow_http=True, webhook_allow_private=True)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def message(url: str) -> Outgoing:
    return Outgoing(str(uuid.uuid4()), url, SECRET, b'{"type":"webhook.ping"}')


def loopback(*_: object) -> list[str]:
    return ["127.0.0.1"]


def test_a_message_arrives_signed(hook: Receiver) -> None:
    sent = message(hook.url())

    outcome = Sender(LENIENT).send(sent)

    (got,) = hook.messages
    assert outcome.status == 204
    assert outcome.is_delivered
    assert got.path == "/hook"
    assert got.content == sent.content
    assert got.headers["webhook-id"] == sent.id
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-signature"] == webhooks.sign(
        SECRET, sent.id, int(got.headers["webhook-timestamp"]), got.content
    )


def test_the_name_stays_in_the_host_header_and_the_checked_address_is_used(hook: Receiver) -> None:
    outcome = Sender(LENIENT, loopback).send(message(hook.url(HOST)))

    assert outcome.status == 204
    assert hook.messages[0].headers["host"] == f"{HOST}:{hook.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]"])
def test_no_form_of_a_private_address_is_connected_to(hook: Receiver, host: str) -> None:
    outcome = Sender(STRICT).send(message(hook.url(host)))

    assert not outcome.is_delivered
    assert outcome.status is None
    assert hook.messages == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "fd00::1", "224.0.0.1"])
def test_a_name_with_any_private_address_is_refused(hook: Receiver, address: str) -> None:
    outcome = Sender(STRICT, lambda *_: ["8.8.8.8", address]).send(message(hook.url(HOST)))

    assert outcome.refused
    assert address in (outcome.error or "")
    assert hook.messages == []


def test_a_name_server_that_changes_its_answer_is_asked_once(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: public when it is checked, private when it is connected to."""
    answers = chain([["8.8.8.8"]], repeat(["127.0.0.1"]))
    asked: list[str] = []
    connected: list[str] = []

    def resolver(host: str, _: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def connect(_: object, host: str, *__: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError("no test leaves this machine")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    sender = Sender(STRICT, resolver)
    first, second = (sender.send(message(hook.url(HOST))) for _ in range(2))

    assert connected == ["8.8.8.8"]
    assert asked == [HOST, HOST], "once for each try"
    assert not first.refused
    assert second.refused
    assert hook.messages == []


def test_a_redirect_is_not_followed(hook: Receiver) -> None:
    with receiver() as other:
        hook.answers.append((307, {"Location": other.url()}))

        outcome = Sender(LENIENT).send(message(hook.url()))

        assert outcome.status == 307
        assert not outcome.is_delivered
        assert other.messages == []


def test_proxies_of_the_environment_are_left_out(
    hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert Sender(LENIENT).send(message(hook.url())).status == 204


def test_a_receiver_that_hangs_is_left_after_the_time(hook: Receiver) -> None:
    hook.gate.clear()

    outcome = Sender(LENIENT, seconds=0.3).send(message(hook.url()))

    assert (outcome.status, outcome.error) == (None, "no answer in time")
    assert not outcome.refused


def test_a_receiver_that_drips_is_left_after_the_time(hook: Receiver) -> None:
    hook.drips = True

    outcome = Sender(LENIENT, seconds=0.5).send(message(hook.url()))

    assert (outcome.status, outcome.error) == (None, "no answer in time")


def test_what_does_not_listen_or_resolve_is_told() -> None:
    def nothing(*_: object) -> list[str]:
        raise OSError("no such host")

    closed = Sender(LENIENT).send(message("http://127.0.0.1:1/"))
    unknown = Sender(LENIENT, nothing).send(message("http://nowhere.example/"))

    assert "no connection" in (closed.error or "")
    assert "cannot be resolved" in (unknown.error or "")


def test_retry_after_is_handed_on(hook: Receiver) -> None:
    hook.answers.append((429, {"Retry-After": "77"}))

    outcome = Sender(LENIENT).send(message(hook.url()))

    assert (outcome.status, outcome.retry_after) == (429, 77.0)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for the name, signed by itself, and its key."""
    assert shutil.which("openssl")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={HOST}",
                "-addext",
                f"subjectAltName=DNS:{HOST}",
            ),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


def test_tls_names_the_host_and_checks_its_certificate(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    asked: list[str | None] = []
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(cert, key)
    serving.sni_callback = lambda _, name, __: asked.append(name)
    trusted = ssl.create_default_context(cafile=str(cert))

    with receiver(serving) as secure:
        sender = Sender(LENIENT, loopback, trusted=trusted)
        right = sender.send(message(secure.url(HOST, "https")))
        wrong = sender.send(message(secure.url("other.example.com", "https")))
        unknown = Sender(LENIENT, loopback).send(message(secure.url(HOST, "https")))

        assert right.status == 204
        assert asked[0] == HOST
        for outcome in (wrong, unknown):
            assert outcome.status is None
            assert "CERTIFICATE_VERIFY_FAILED" in (outcome.error or "")
        assert len(secure.messages) == 1
