"""Connections to PostgreSQL."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from stenofleet.db.metered import MeteredPool
from stenofleet.settings import DatabaseSettings

CONNECT_TIMEOUT = 5
"""Seconds until a server that does not answer counts as away."""


def make_engine(settings: DatabaseSettings, application: str = "stenofleet") -> Engine:
    """An engine that tests connections before use: a restart of the server breaks them."""
    return create_engine(
        settings.database,
        poolclass=MeteredPool,
        pool_pre_ping=True,
        pool_size=settings.db_pool_size,
        max_overflow=settings.db_pool_size,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "application_name": application},
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Database sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)
