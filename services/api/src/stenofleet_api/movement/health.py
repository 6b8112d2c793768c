"""Whether movements can be taken, written and read."""

import structlog
from redis import Redis, RedisError
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from stenofleet.broker import BrokerKeys
from stenofleet.broker.heartbeats import is_heard
from stenofleet.movement.state import State, look, try_push

from stenofleet_api.movement.views import Health

log = structlog.get_logger(__name__)


def checked(client: Redis, engine: Engine) -> Health:
    """Looks at each, for some seconds at most."""
    database = _database(engine)
    state = _state(client)
    celery = state is not None and _celery(client, state)
    needed = state is not None and database
    return Health(
        redis=state is not None,
        celery=celery,
        database=database,
        overall_status=("healthy" if celery else "degraded") if needed else "unhealthy",
    )


def _state(client: Redis) -> State | None:
    try:
        state = look(client)
    except RedisError as error:
        log.warning("Redis is away", error=type(error).__name__)
        return None
    if state.warning:
        log.warning("the broker may lose queues", reason=state.warning)
    return state


def _celery(client: Redis, state: State) -> bool:
    """A fleet that was scaled to zero is well while nothing waits for it."""
    try:
        try_push(client)
        return state.is_idle or is_heard(client, BrokerKeys())
    except RedisError as error:
        log.warning("tasks cannot be published", error=type(error).__name__)
        return False


def _database(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.warning("the database is away", error=type(error).__name__)
        return False
    return True
