"""An S3 server in this process that, unlike moto alone, checks who signed a URL."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import httpx
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEY_ID, SECRET, REGION, BUCKET = "AKIDEXAMPLE", "a secret for tests", "eu-west-1", "recordings"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class S3Server:
    """Where it is, and what obstore needs to reach it.

    Attributes:
        ranges: of bytes, as they were asked for; ``None`` for each time that all were.
    """

    url: str
    ranges: list[str | None]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": REGION,
        }


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A server with an empty bucket."""
    ranges: list[str | None] = []
    app = _Checked(DomainDispatcherApplication(create_backend_app), ranges)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        httpx.put(f"{url}/{BUCKET}").raise_for_status()
        yield S3Server(url, ranges)
    finally:
        server.shutdown()
        thread.join()


class _Checked:
    """Refuses requests by URL whose signature another implementation of AWS's rule differs from."""

    def __init__(self, app: Wsgi, ranges: list[str | None]) -> None:
        self._app = app
        self._ranges = ranges

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: value[0] for name, value in parse_qs(environ["QUERY_STRING"]).items()}
        if "X-Amz-Signature" in query and not _is_valid(environ, query):
            start("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"SignatureDoesNotMatch"]
        if environ["REQUEST_METHOD"] == "GET":
            self._ranges.append(environ.get("HTTP_RANGE"))
        return self._app(environ, start)


def _is_valid(environ: dict[str, Any], query: dict[str, str]) -> bool:
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if signed_at + timedelta(seconds=int(query["X-Amz-Expires"])) < datetime.now(UTC):
        return False
    given = query.pop("X-Amz-Signature")
    path = quote(environ["PATH_INFO"], safe="/~")
    host = environ["HTTP_HOST"]
    request = AWSRequest(
        environ["REQUEST_METHOD"],
        f"http://{host}{path}?{urlencode(query, quote_via=quote)}",
        headers={"host": host},
    )
    request.context["timestamp"] = query["X-Amz-Date"]
    rule = S3SigV4QueryAuth(Credentials(KEY_ID, SECRET), "s3", REGION)
    text = rule.string_to_sign(request, rule.canonical_request(request))
    return bool(rule.signature(text, request) == given)
