"""Keys for tests of the API."""

from typing import Any

from sqlalchemy.orm import Session, sessionmaker
from stenofleet import keys
from stenofleet.keys import Scope, Wish


def new_key(
    database: sessionmaker[Session], owner: str = "ann", *scopes: Scope, **more: Any
) -> str:
    """A key, for sessions when no scope is named."""
    with database.begin() as db:
        wish = Wish(owner, f"a key of {owner}", scopes or (Scope.SESSIONS,), **more)
        return keys.create(db, wish)[1]


def bearer(key: str) -> dict[str, str]:
    """The header that bears it."""
    return {"Authorization": f"Bearer {key}"}
