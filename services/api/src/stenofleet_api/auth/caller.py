"""Who sent a request, as far as its rights go."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from stenofleet.db.models import DEFAULT_OWNER, ApiKey
from stenofleet.keys import Scope


@dataclass(frozen=True)
class Caller:
    """A key's holder; a later change of the key is not seen here."""

    owner: str
    scopes: frozenset[Scope]
    key_id: uuid.UUID | None = None
    rate_per_minute: int | None = None
    max_upload_bytes: int | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, row: ApiKey) -> "Caller":
        """The holder of a key; scopes of a later version are unknown here, and count for none."""
        return cls(
            owner=row.owner_id,
            scopes=frozenset(scope for scope in Scope if scope.value in row.scopes),
            key_id=row.id,
            rate_per_minute=row.rate_per_minute,
            max_upload_bytes=row.max_upload_bytes,
            expires_at=row.expires_at,
        )

    def may(self, scope: Scope) -> bool:
        """Whether ``scope`` is among the caller's."""
        return bool(self.scopes & {scope, Scope.ADMIN})

    def is_expired(self) -> bool:
        """Whether the key's time is over."""
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


ANYBODY: Final = Caller(DEFAULT_OWNER, frozenset(Scope))
"""Who calls an API that asks for no key."""
