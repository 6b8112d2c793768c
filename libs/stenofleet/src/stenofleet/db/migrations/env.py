"""Alembic's entry: runs on the connection that :mod:`stenofleet.db.upgrade` hands over."""

from alembic import context

from stenofleet.db.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
