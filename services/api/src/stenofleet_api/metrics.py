"""What Prometheus reads about the API."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from stenofleet.telemetry import begin_at_zero

REQUESTS: Final = Counter(
    "stenofleet_api_requests",
    "Requests answered, by the route's template.",
    ["method", "route", "status"],
)
REQUEST_SECONDS: Final = Histogram(
    "stenofleet_api_request_duration_seconds",
    "From the request's first byte to the answer's last.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
UPLOADS: Final = Counter(
    "stenofleet_api_uploads", "Recordings taken or refused, by the problem's name.", ["outcome"]
)
begin_at_zero(UPLOADS, (("taken",), ("failed",)))
UPLOAD_BYTES: Final = Counter("stenofleet_api_upload_bytes", "Bytes of the recordings taken.")
OUTBOX_PUBLISHES: Final = Counter(
    "stenofleet_api_outbox_publishes",
    "Messages published right after their commit, or left to housekeeping.",
    ["outcome"],
)
begin_at_zero(OUTBOX_PUBLISHES, (("published",), ("left",)))
UNLIMITED: Final = Counter(
    "stenofleet_api_rate_unlimited",
    "Requests whose key's rate was not limited, because Redis was away.",
)
_STATE: Final = ["state"]
SESSIONS: Final = Gauge("stenofleet_sessions", "Sessions that wait or are worked on.", _STATE)
SESSION_OLDEST: Final = Gauge(
    "stenofleet_session_oldest_seconds",
    "Since the session changed that has been left alone for longest in its state; 0 without one.",
    _STATE,
)
OUTBOX_WAITING: Final = Gauge("stenofleet_outbox_waiting_messages", "Messages not published yet.")
DELIVERIES_WAITING: Final = Gauge(
    "stenofleet_webhook_deliveries_waiting", "Webhooks' messages neither delivered nor given up."
)
DEAD_LETTERS: Final = Gauge(
    "stenofleet_movement_dead_letters",
    "Movements that could not be written, and wait for a person.",
)
STORAGE_SIZE: Final = Gauge(
    "stenofleet_storage_size_bytes", "Size of the volume of recordings; unknown for a bucket."
)
STORAGE_FREE: Final = Gauge(
    "stenofleet_storage_free_bytes",
    "What is free of the volume of recordings; unknown for a bucket.",
)
WATCHERS: Final = Gauge("stenofleet_api_event_streams", "Clients that watch live events just now.")
