"""Of the work that comes with Stenofleet, of its API, and of brokers and databases."""

from stenofleet_deploy.dashboards.panels import NAMESPACE, POOLS, RATE, Board, Graph


def rate(metric: str, *by: str) -> str:
    """How fast a counter grows, a second."""
    return f"sum by ({', '.join(by)}) (rate({metric}{{{NAMESPACE}}}[{RATE}]))"


def largest(metric: str, *by: str) -> str:
    """Of what every replica tells alike."""
    return f"max by ({', '.join(('namespace', *by))}) ({metric}{{{NAMESPACE}}})"


def quantile(metric: str, *by: str, part: float = 0.95) -> str:
    """What this part of the observations stays below."""
    return f"histogram_quantile({part}, {rate(f'{metric}_bucket', *by, 'le')})"


FAILING = f"namespace:stenofleet_webhook_tries:failure_ratio15m{{{NAMESPACE}}}"
FAILED_CALLS = (
    f"{rate('stenofleet_autoscaler_api_failures_total', 'code')}"
    f" or 0 * {rate('stenofleet_autoscaler_api_calls_total')}"
)
"""A code that never came has no series, which is 0 as long as calls are counted."""

TRANSCRIPTION = Board(
    "stenofleet-transcription",
    "Stenofleet: transcription",
    "How fast recordings become text, and what waits for it.",
    (
        Graph(
            "Sessions",
            "Sessions that wait or are worked on.",
            "short",
            {"{{state}}": largest("stenofleet_sessions", "state")},
        ),
        Graph(
            "Untouched for longest",
            "The session that did not change for longest; 30 min pending are too long.",
            "s",
            {"{{state}}": f"namespace_state:stenofleet_session_oldest_seconds:max{{{NAMESPACE}}}"},
            (900, 1800),
        ),
        Graph(
            "Audio a second",
            "Seconds of recording transcribed in a second.",
            "short",
            {"{{namespace}}": rate("stenofleet_transcribed_audio_seconds_total", "namespace")},
        ),
        Graph(
            "Speed of a session",
            "Median of recording's seconds for each second of wall time.",
            "short",
            {"median": quantile("stenofleet_transcription_speed_ratio", part=0.5)},
        ),
        Graph(
            "Time in models",
            "Wall seconds a second that models take.",
            "short",
            {"{{engine}}": rate("stenofleet_engine_seconds_total", "engine")},
        ),
        Graph(
            "What happened to sessions",
            "Counted when it was committed.",
            "reqps",
            {"{{event}}": rate("stenofleet_session_events_total", "event")},
        ),
        Graph(
            "Messages not yet published",
            "Should fall to 0 within seconds.",
            "short",
            {"{{namespace}}": largest("stenofleet_outbox_waiting_messages")},
            (100,),
        ),
        Graph(
            "Webhooks",
            "Tries by outcome; and those that are still to come.",
            "reqps",
            {"{{outcome}}": rate("stenofleet_webhook_tries_total", "outcome")},
        ),
        Graph(
            "Webhooks that wait",
            "Deliveries that were neither made nor given up.",
            "short",
            {"{{namespace}}": largest("stenofleet_webhook_deliveries_waiting")},
        ),
        Graph(
            "Failing webhooks",
            "Share of the tries of 15 min; from 20 % on somebody is called.",
            "percentunit",
            {"{{namespace}}": FAILING},
            (0.2,),
        ),
        Graph(
            "Receivers answer within",
            "95 % of the tries.",
            "s",
            {"95 %": quantile("stenofleet_webhook_try_seconds")},
            (10,),
        ),
        Graph(
            "Room for recordings",
            "Free part of the volume.",
            "percentunit",
            {"{{namespace}}": f"namespace:stenofleet_storage_free:ratio{{{NAMESPACE}}}"},
        ),
    ),
)
INGESTION = Board(
    "stenofleet-ingestion",
    "Stenofleet: ingestion",
    "How movements are written.",
    (
        Graph(
            "Movements",
            "Written, there already, or dead letters, a second.",
            "reqps",
            {"{{outcome}}": rate("stenofleet_movement_total", "outcome")},
        ),
        Graph(
            "Dead letters",
            "What could not be written and waits for a person.",
            "short",
            {"{{namespace}}": f"namespace:stenofleet_movement_dead_letters:max{{{NAMESPACE}}}"},
            (1,),
        ),
        Graph(
            "Dead letters removed",
            "Nobody saw to them before their time was over.",
            "reqps",
            {"removed": rate("stenofleet_movement_dead_letter_expired_total")},
        ),
        Graph(
            "Movements that wait",
            "Items in the lists that feed the tasks.",
            "short",
            {"{{pool}}": f"stenofleet_pool_list_items{{{NAMESPACE}}}"},
        ),
        Graph(
            "Rows without a partition of their own",
            "Should be 0: dates far off.",
            "short",
            {"{{table}}": largest("stenofleet_movement_default_partition_rows", "table")},
            (1,),
        ),
    ),
)
API = Board(
    "stenofleet-api",
    "Stenofleet: API",
    "What is asked of the API, and how fast it answers.",
    (
        Graph(
            "Requests",
            "Answered, by route and status.",
            "reqps",
            {
                "{{method}} {{route}} {{status}}": rate(
                    "stenofleet_api_requests_total", "method", "route", "status"
                )
            },
        ),
        Graph(
            "Answered within",
            "95 % of the requests, by route.",
            "s",
            {"{{route}}": quantile("stenofleet_api_request_duration_seconds", "route")},
            (0.5, 2),
        ),
        Graph(
            "Uploads",
            "Taken or refused, by the problem's name.",
            "reqps",
            {"{{outcome}}": rate("stenofleet_api_uploads_total", "outcome")},
        ),
        Graph(
            "Bytes of recordings taken",
            "A second.",
            "Bps",
            {"{{namespace}}": rate("stenofleet_api_upload_bytes_total", "namespace")},
        ),
        Graph(
            "Live streams",
            "Clients that watch events.",
            "short",
            {"{{namespace}}": f"sum by (namespace) (stenofleet_api_event_streams{{{NAMESPACE}}})"},
        ),
        Graph(
            "Published after commit",
            "Messages that went at once, or were left to housekeeping.",
            "reqps",
            {"{{outcome}}": rate("stenofleet_api_outbox_publishes_total", "outcome")},
        ),
        Graph(
            "Requests without a limit of rate",
            "Because Redis was away; should be 0.",
            "reqps",
            {"{{namespace}}": rate("stenofleet_api_rate_unlimited_total", "namespace")},
        ),
    ),
)
BROKERS = Board(
    "stenofleet-brokers",
    "Stenofleet: brokers and the operator",
    "Whether brokers answer, the operator leads and keeps its pace, and connections suffice.",
    (
        Graph(
            "Broker answers",
            "1 while it does; 0 holds the pool's size.",
            "short",
            {"{{pool}}": f"stenofleet_pool_broker_up{{{POOLS}}}"},
        ),
        Graph(
            "Round trip",
            "Of the last look at the broker.",
            "s",
            {"{{pool}}": f"stenofleet_pool_broker_round_trip_seconds{{{POOLS}}}"},
            (0.1, 1),
        ),
        Graph(
            "Leader",
            "1 is right.",
            "short",
            {"leaders": f"sum by (namespace) (stenofleet_autoscaler_leader{{{NAMESPACE}}})"},
        ),
        Graph(
            "Ticks take",
            "95 % of the rounds over all pools; and how late the last one began.",
            "s",
            {
                "95 %": quantile("stenofleet_autoscaler_tick_seconds"),
                "late": f"max(stenofleet_autoscaler_tick_lateness_seconds{{{NAMESPACE}}})",
            },
            (0.5, 1),
        ),
        Graph(
            "Calls of the API server",
            "By kind.",
            "reqps",
            {"{{kind}}": rate("stenofleet_autoscaler_api_calls_total", "kind")},
        ),
        Graph(
            "Failed calls of the API server",
            "By HTTP status.",
            "reqps",
            {"{{code}}": FAILED_CALLS},
        ),
        Graph(
            "Redis connections",
            "Of each process, by what they are for.",
            "short",
            {"{{pod}} {{client}} {{state}}": f"stenofleet_redis_connections{{{NAMESPACE}}}"},
        ),
        Graph(
            "Database connections in use",
            "Part of the pool; at 100 % requests wait.",
            "percentunit",
            {"{{pod}}": f"namespace_pod:stenofleet_database_connections:used_ratio{{{NAMESPACE}}}"},
            (0.8, 1),
        ),
        Graph(
            "Waits for a database connection",
            "95 %; and those who waited in vain, a second.",
            "s",
            {
                "95 %": quantile("stenofleet_database_connection_wait_seconds"),
                "in vain": rate("stenofleet_database_pool_timeouts_total"),
            },
        ),
    ),
    per_pool=True,
)
