"""The calls of curl that the documentation shows, made of the API."""

from httpx2 import Response
from starlette.testclient import TestClient
from support.documents import Command

HOST = "http://127.0.0.1:8000"


def call(client: TestClient, command: Command, **variables: str) -> Response:
    """What curl would be answered, with the shell's ``$NAME`` of these values."""
    words = list(command.words)
    (url,) = [each for each in words if each.startswith(HOST)]
    path = url.removeprefix(HOST)
    for name, value in variables.items():
        path = path.replace(f"${name}", value)
    body = words[words.index("-d") + 1] if "-d" in words else None
    method = "POST" if body or "-X" in words else "GET"
    headers = {"Content-Type": "application/json"} if body else {}
    return client.request(method, path, content=body, headers=headers)
