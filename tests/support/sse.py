"""A client of Server-Sent Events, as small as the format allows."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Heard:
    """An event, or a heartbeat, which has no name."""

    name: str
    data: Any
    id: str


@asynccontextmanager
async def watching(
    client: httpx.AsyncClient, path: str, last_id: str = "", **parameters: str
) -> AsyncIterator[AsyncIterator[Heard]]:
    """The events of a stream, which must open."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with client.stream("GET", path, headers=headers, params=parameters) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _heard(answer)


async def _heard(answer: httpx.Response) -> AsyncIterator[Heard]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        elif "event" in fields:
            yield Heard(fields["event"], json.loads(fields["data"]), fields.get("id", ""))
            fields = {}
        else:
            fields = {}
