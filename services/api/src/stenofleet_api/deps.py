"""What routes ask for, as annotated aliases.

What does not block is a coroutine, so that it takes no thread.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from stenofleet.db.models import DEFAULT_OWNER
from stenofleet.settings import ApiSettings
from stenofleet.storage import Recordings

from stenofleet_api.publisher import Publisher


@dataclass(frozen=True)
class Context:
    """What lives as long as the process."""

    settings: ApiSettings
    engine: Engine
    sessions: sessionmaker[Session]
    recordings: Recordings
    publisher: Publisher


async def context(request: Request) -> Context:
    """The running app's context."""
    found: Context = request.app.state.context
    return found


def owner() -> str:
    """Whose rows the request may see; there is one owner until there are keys."""
    return DEFAULT_OWNER


InContext = Annotated[Context, Depends(context)]
Owner = Annotated[str, Depends(owner)]


async def upload_limit(context: InContext) -> int:
    """Bytes that one upload may have."""
    return context.settings.max_upload_bytes


UploadLimit = Annotated[int, Depends(upload_limit)]
