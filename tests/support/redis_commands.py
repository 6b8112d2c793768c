"""What a Redis was asked, by its own count."""

from collections import Counter
from typing import Any

from support.servers import RedisServer


def calls(server: RedisServer) -> Counter[str]:
    """Commands so far, those within scripts included, by name; this question is left out."""
    client: Any = server.client()
    told = client.info("commandstats")
    counted = {name.removeprefix("cmdstat_"): int(each["calls"]) for name, each in told.items()}
    return Counter({name: count for name, count in counted.items() if name != "info"})
