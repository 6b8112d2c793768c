"""All that the doctor looks at, in the order in which one thing needs another."""

from dataclasses import replace
from typing import Final

from redis import Redis

from stenofleet import checks, release_checks
from stenofleet.db.engine import make_engine
from stenofleet.doctor import clocks
from stenofleet.doctor.workers import Fleet
from stenofleet.errors import SettingsError
from stenofleet.settings import DatabaseSettings, GoogleSettings, RedisSettings, load
from stenofleet.steps import Step, Trouble

CREDENTIALS: Final = "GOOGLE_APPLICATION_CREDENTIALS_JSON"


def steps(client: Redis, settings: RedisSettings, address: str, seconds: float) -> list[Step]:
    """What is tried.

    Args:
        client: of the broker.
        settings: that name it.
        address: of it, without its password.
        seconds: for the answers of workers to one question.
    """
    fleet = Fleet(client, seconds, settings.visibility_timeout)
    return [
        *checks.redis_steps(client, address),
        clocks.here_step(client, (checks.ANSWERS,)),
        *(_after(step, checks.ANSWERS) for step in fleet.steps()),
        clocks.workers_step(fleet),
        *_of_database(client),
        Step("Google's credentials can be read", _credentials),
    ]


def _of_database(client: Redis) -> list[Step]:
    try:
        engine = make_engine(load(DatabaseSettings), "stenofleet-doctor")
    except SettingsError as error:
        return [_unreadable("The database answers", error)]
    schema = release_checks.database_step(engine)
    return [schema, clocks.database_step(client, engine, (checks.ANSWERS, schema.title))]


def _credentials() -> str:
    try:
        key = load(GoogleSettings).google_key
    except SettingsError as error:
        if CREDENTIALS not in str(error):
            raise
        then = f"set {CREDENTIALS} to the key's JSON, or to what `base64 -w0 key.json` prints"
        raise Trouble(str(error), then) from None
    return "none are set" if key is None else f"a key of {key['client_email']}"


def _after(step: Step, title: str) -> Step:
    return replace(step, needs=(title, *step.needs))


def _unreadable(title: str, error: SettingsError) -> Step:
    def fails() -> str:
        raise error

    return Step(title, fails)
