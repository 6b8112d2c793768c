"""Logs as JSON, and what Prometheus reads."""

from stenofleet.telemetry.logs import bind, configure_logging
from stenofleet.telemetry.metrics import bounded

__all__ = ["bind", "bounded", "configure_logging"]
