"""API keys: made, found by their hash, revoked (extra: db).

A key is 256 random bits behind a short word. Only its SHA-256 is kept, and a key is looked for by
that hash: so much randomness needs neither salt nor a slow hash, and who reads the table cannot
log in.
"""

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from stenofleet.db.models import ApiKey

WORD: Final = "sf_"
SHOWN_CHARACTERS: Final = 11
"""Of a key: enough to tell keys apart, and 208 random bits stay unknown."""

TOUCH_EVERY: Final = timedelta(minutes=1)
"""``last_used_at`` is written that often at most: it is for people who look for unused keys."""

_SHAPE: Final = re.compile(r"sf_[A-Za-z0-9_-]{43}")


class Scope(StrEnum):
    """What a key may be used for; a key with `ADMIN` may do all, with its owner's rows only."""

    SESSIONS = "sessions"
    """Sessions, uploads, transcripts, webhooks and the OpenAI-compatible routes."""
    MOVEMENT_WRITE = "movement:write"
    MOVEMENT_READ = "movement:read"
    BLUEPRINTS = "blueprints"
    ADMIN = "admin"


@dataclass(frozen=True)
class Wish:
    """What a new key should be."""

    owner: str
    name: str
    scopes: tuple[Scope, ...]
    rate_per_minute: int | None = None
    max_upload_bytes: int | None = None
    expires_at: datetime | None = None


def create(db: Session, wish: Wish) -> tuple[ApiKey, str]:
    """A new key's row, and the key itself, which is nowhere else."""
    key = WORD + secrets.token_urlsafe(32)
    row = ApiKey(
        owner_id=wish.owner,
        name=wish.name,
        prefix=key[:SHOWN_CHARACTERS],
        hash=hashed(key),
        scopes=[scope.value for scope in wish.scopes],
        rate_per_minute=wish.rate_per_minute,
        max_upload_bytes=wish.max_upload_bytes,
        expires_at=wish.expires_at,
    )
    db.add(row)
    db.flush()
    return row, key


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_well_formed(text: str) -> bool:
    """Whether ``text`` could be a key; what could not needs no look into the table."""
    return _SHAPE.fullmatch(text) is not None


def find(db: Session, key: str) -> ApiKey | None:
    """The key's row, expired and revoked ones too."""
    if not is_well_formed(key):
        return None
    return db.scalar(select(ApiKey).where(ApiKey.hash == hashed(key)))


def touch(db: Session, row: ApiKey) -> None:
    """Writes that the key is used, unless that was written within `TOUCH_EVERY`."""
    stale = or_(
        ApiKey.last_used_at.is_(None), ApiKey.last_used_at < func.clock_timestamp() - TOUCH_EVERY
    )
    used = update(ApiKey).where(ApiKey.id == row.id, stale)
    db.execute(used.values(last_used_at=func.clock_timestamp()))


def revoke(db: Session, which: str) -> Sequence[ApiKey]:
    """Revokes the keys whose id or shown beginning is ``which``; empty when there is none."""
    chosen = update(ApiKey).where(_named(which), ApiKey.revoked_at.is_(None))
    return db.scalars(chosen.values(revoked_at=func.now()).returning(ApiKey)).all()


def listed(db: Session, owner: str | None = None) -> Iterable[ApiKey]:
    """All keys, or an owner's, oldest first."""
    query = select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)
    return db.scalars(query if owner is None else query.where(ApiKey.owner_id == owner)).all()


def _named(which: str) -> ColumnElement[bool]:
    try:
        return ApiKey.id == uuid.UUID(which)
    except ValueError:
        return ApiKey.prefix == which
