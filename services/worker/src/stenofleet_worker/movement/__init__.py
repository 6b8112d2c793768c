"""Movements on their way out: from the list in Redis to PostgreSQL."""
