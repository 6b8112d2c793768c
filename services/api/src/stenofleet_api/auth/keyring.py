"""Keys, looked up in PostgreSQL and remembered for a moment."""

from threading import Lock
from typing import Final

from cachetools import TTLCache
from sqlalchemy.orm import Session, sessionmaker
from stenofleet import keys

from stenofleet_api.auth.caller import Caller
from stenofleet_api.auth.errors import Unauthenticated

REMEMBERED_SECONDS: Final = 3.0
"""A key that is revoked serves that long at most; a busy one costs a query as often."""
REMEMBERED_KEYS: Final = 10_000


class Keyring:
    """Tells who holds a key; for threads."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        """Looks keys up in the database of ``sessions``."""
        self._sessions = sessions
        self._lock = Lock()
        self._known: TTLCache[str, Caller] = TTLCache(REMEMBERED_KEYS, REMEMBERED_SECONDS)

    def holder(self, key: str) -> Caller:
        """Who holds the key.

        Raises:
            Unauthenticated: there is no such key, or it has ended.
        """
        name = keys.hashed(key)
        with self._lock:
            found = self._known.get(name)
        if found is None:
            found = self._look_up(key)
            with self._lock:
                self._known[name] = found
        if found.is_expired():
            raise Unauthenticated("The key has expired.")
        return found

    def _look_up(self, key: str) -> Caller:
        with self._sessions.begin() as db:
            row = keys.find(db, key)
            if row is None:
                raise Unauthenticated("The key is unknown.")
            if row.revoked_at is not None:
                raise Unauthenticated("The key was revoked.")
            caller = Caller.of(row)
            if not caller.is_expired():
                keys.touch(db, row)
        return caller
