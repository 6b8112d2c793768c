"""What Prometheus reads about the API."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

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
UPLOAD_BYTES: Final = Counter("stenofleet_api_upload_bytes", "Bytes of the recordings taken.")
OUTBOX_PUBLISHES: Final = Counter(
    "stenofleet_api_outbox_publishes",
    "Messages published right after their commit, or left to housekeeping.",
    ["outcome"],
)
UNLIMITED: Final = Counter(
    "stenofleet_api_rate_unlimited",
    "Requests whose key's rate was not limited, because Redis was away.",
)
WATCHERS: Final = Gauge("stenofleet_api_event_streams", "Clients that watch live events just now.")
