"""Alembic's entry: runs on the connection that :mod:`stenofleet.db.upgrade` hands over."""

from typing import Any

from alembic import context

from stenofleet.db.models import Base, MovementLog


def _of_the_models(name: str | None, kind: str, _parents: Any) -> bool:
    """Partitions come and go with the days, and no model names them."""
    return kind != "table" or not str(name).startswith(f"{MovementLog.__tablename__}_")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    include_name=_of_the_models,
)
with context.begin_transaction():
    context.run_migrations()
