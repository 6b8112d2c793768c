"""Of all pools, and of one: work, slots, pods, and why there are as many."""

from stenofleet_deploy.dashboards.panels import POOLS, RATE, Board, Graph


def gauge(name: str) -> str:
    """A pool's gauge, for the pools that were chosen."""
    return f"stenofleet_pool_{name}{{{POOLS}}}"


def total(name: str, *by: str) -> str:
    """How much a pool's counter grew within the hour before, by its other labels."""
    labels = ", ".join(("namespace", "pool", *by))
    return f"sum by ({labels}) (increase(stenofleet_pool_{name}_total{{{POOLS}}}[1h]))"


WAIT = Graph(
    "Wait against objective",
    "How long the oldest task has waited, and what the pool promises. Above the promise for long: "
    "see the alert's runbook, objective burning.",
    "s",
    {
        "{{pool}} waits": gauge("oldest_wait_seconds"),
        "{{pool}} promises": gauge("objective_wait_seconds"),
    },
)
SLOTS = Graph(
    "Slots wanted and ready",
    "Room for tasks that the demand calls for, and that is there. A gap that stays: pods do not "
    "start, or the maximum is reached.",
    "short",
    {"{{pool}} wanted": gauge("slots_wanted"), "{{pool}} ready": gauge("slots_ready")},
)
REPLICAS = Graph(
    "Replicas",
    "Pods of the target that are there, that are ready, and that it should come to.",
    "short",
    {
        "{{pool}} there": gauge("replicas"),
        "{{pool}} ready": gauge("ready_pods"),
        "{{pool}} wanted": gauge("replicas_wanted"),
    },
)
DRAINS = Graph(
    "Drains",
    "Pods on their way out; they finish what they have and take nothing more.",
    "short",
    {"{{pool}}": gauge("draining_pods")},
)
CONCURRENCY = Graph(
    "Concurrency of a pod",
    "Tasks that a pod runs at a time: as decided, and as pods have it.",
    "short",
    {
        "{{pool}} wanted": gauge("concurrency_wanted"),
        "{{pool}} lowest": gauge("concurrency_lowest"),
        "{{pool}} highest": gauge("concurrency_highest"),
    },
)
BURN = Graph(
    "Time beyond the objective",
    "Share of the last hour and of the last five minutes; 1 % is the budget.",
    "percentunit",
    {
        "{{pool}} 1 h": f"namespace_pool:stenofleet_pool_beyond_objective:avg1h{{{POOLS}}}",
        "{{pool}} 5 min": f"namespace_pool:stenofleet_pool_beyond_objective:avg5m{{{POOLS}}}",
    },
    (0.06, 0.144),
)
WORK = Graph(
    "Work",
    "Tasks that are queued and due, that wait for their time, and that run.",
    "short",
    {
        "{{pool}} queued": gauge("queued_tasks"),
        "{{pool}} scheduled": gauge("scheduled_tasks"),
        "{{pool}} in flight": gauge("in_flight_tasks"),
    },
)
DECISIONS = Graph(
    "Decisions in an hour",
    "How often another decision was made, by its reason.",
    "short",
    {"{{pool}} {{reason}}": total("decisions", "reason")},
)

FLEET = Board(
    "stenofleet-fleet",
    "Stenofleet: fleet",
    "Whether every pool keeps its promise, how large it is, and why.",
    (WAIT, SLOTS, REPLICAS, CONCURRENCY, DRAINS, WORK, BURN, DECISIONS),
    per_pool=True,
    decisions=True,
)

DETAILS = (
    Graph(
        "Deliveries",
        "Delivered and not acknowledged, what heartbeats say runs, and what lost workers held.",
        "short",
        {
            "{{pool}} delivered": gauge("delivered_tasks"),
            "{{pool}} active": gauge("active_tasks"),
            "{{pool}} orphaned": gauge("orphaned_tasks"),
        },
    ),
    Graph(
        "Items in plain lists",
        "What waits in Redis lists that feed the pool's tasks.",
        "short",
        {"{{pool}}": gauge("list_items")},
    ),
    Graph(
        "Expected work",
        "Run time of all that is queued, from what was learned; and the mean of a task.",
        "s",
        {
            "{{pool}} queued": gauge("expected_work_seconds"),
            "{{pool}} mean": gauge("task_mean_seconds"),
        },
    ),
    Graph("Arrivals", "Tasks that come in.", "reqps", {"{{pool}}": gauge("arrival_rate")}),
    Graph(
        "Bounds of the pods",
        "minReplicas and maxReplicas. At the maximum for long: raise it.",
        "short",
        {"{{pool}} least": gauge("replicas_min"), "{{pool}} most": gauge("replicas_max")},
    ),
    Graph(
        "Longest drain",
        "How long the longest drain lasts so far, and its timeout.",
        "s",
        {
            "{{pool}}": gauge("oldest_drain_seconds"),
            "{{pool}} timeout": gauge("drain_timeout_seconds"),
        },
    ),
    Graph(
        "Drains that ended, in an hour",
        "emptied is as it should be; timed_out interrupts tasks.",
        "short",
        {
            "{{pool}} {{outcome}}": "sum by (namespace, pool, outcome) "
            f"(increase(stenofleet_pool_drain_duration_seconds_count{{{POOLS}}}[1h]))",
            "{{pool}} timed out": total("drain_timeouts"),
        },
    ),
    Graph(
        "Steps of the levers, in an hour",
        "Changes of replicas and of concurrency.",
        "short",
        {
            "{{pool}} pods {{direction}}": total("scales", "direction"),
            "{{pool}} concurrency {{result}}": total("resizes", "result"),
        },
    ),
    Graph(
        "What guards did, in an hour",
        "Tasks given back, consumers restarted; wrong victims and failed ticks should be 0.",
        "short",
        {
            "{{pool}} given back": total("given_back_tasks"),
            "{{pool}} restarted": total("restarted_consumers"),
            "{{pool}} wrong victims": total("wrong_victims"),
            "{{pool}} failed ticks": total("tick_failures"),
        },
    ),
    Graph(
        "Conditions", "1 is True, 0 False.", "short", {"{{pool}} {{condition}}": gauge("condition")}
    ),
    Graph(
        "Slots of workers",
        "As the workers tell themselves: slots, running tasks, and pods that take some.",
        "short",
        {
            "{{pool}} slots": f"sum by (namespace, pool) (stenofleet_worker_slots{{{POOLS}}})",
            "{{pool}} running": f"sum by (namespace, pool) (stenofleet_task_running{{{POOLS}}})",
            "{{pool}} taking": f"sum by (namespace, pool) (stenofleet_worker_ready{{{POOLS}}})",
        },
    ),
    Graph(
        "Tasks",
        "Begun, done, failed and tried again, a second.",
        "reqps",
        {
            f"{{{{task}}}} {word}": "sum by (task) "
            f"(rate(stenofleet_task_{word}_total{{{POOLS}}}[{RATE}]))"
            for word in ("started", "succeeded", "failed", "retried")
        },
    ),
    Graph(
        "95 % of tasks wait and run for at most",
        "From enqueued to started, and from started to ended.",
        "s",
        {
            f"{{{{task}}}} {word}": "histogram_quantile(0.95, sum by (task, le) "
            f"(rate(stenofleet_task_{word}_seconds_bucket{{{POOLS}}}[{RATE}])))"
            for word in ("wait", "run")
        },
    ),
)

POOL = Board(
    "stenofleet-pool",
    "Stenofleet: one pool",
    "Everything that is known of a pool. Choose one above.",
    (WAIT, SLOTS, WORK, CONCURRENCY, *DETAILS),
    per_pool=True,
    decisions=True,
)
