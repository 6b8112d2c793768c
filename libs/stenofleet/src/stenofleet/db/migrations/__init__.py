"""Alembic's migrations, run by ``stenofleet db upgrade``."""
