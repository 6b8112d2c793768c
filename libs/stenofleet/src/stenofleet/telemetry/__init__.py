"""Logs as JSON, and what Prometheus reads."""

from stenofleet.telemetry.logs import bind, configure_logging

__all__ = ["bind", "configure_logging"]
