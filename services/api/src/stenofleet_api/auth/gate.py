"""Lets a request in, or says why not."""

from sqlalchemy.orm import Session, sessionmaker
from stenofleet.settings import ApiSettings, AuthMode

from stenofleet_api.auth.caller import ANYBODY, Caller
from stenofleet_api.auth.errors import Unauthenticated
from stenofleet_api.auth.keyring import Keyring
from stenofleet_api.auth.rate import RateLimit


class Gate:
    """Knows the keys and how often each was used."""

    def __init__(self, settings: ApiSettings, sessions: sessionmaker[Session]) -> None:
        """With ``STENOFLEET_AUTH_MODE=none`` everybody may do everything."""
        self.is_open = settings.auth_mode is AuthMode.NONE
        self._keyring = Keyring(sessions)
        self._rate = RateLimit(settings.broker, settings.rate_per_minute)

    def admit(self, key: str | None) -> Caller:
        """Who asks; blocks while PostgreSQL and Redis are asked.

        Raises:
            Unauthenticated: no valid key came.
            RateLimited: the key was used too often.
        """
        if self.is_open:
            return ANYBODY
        if key is None:
            raise Unauthenticated("The request bears no key.")
        caller = self._keyring.holder(key)
        self._rate.admit(caller)
        return caller
