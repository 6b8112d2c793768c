"""Movements of people on their way from the API to PostgreSQL (extra: movement)."""
