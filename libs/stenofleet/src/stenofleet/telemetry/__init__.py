"""Logs as JSON, and what Prometheus reads."""

from stenofleet.telemetry.logs import bind, configure_logging
from stenofleet.telemetry.metrics import begin_at_zero, bounded

__all__ = ["begin_at_zero", "bind", "bounded", "configure_logging"]
