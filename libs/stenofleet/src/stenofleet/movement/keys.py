"""Where movements lie in Redis."""

from typing import Final

QUEUE: Final = "movement_logs"
"""The list: the API pushes on the right, a batch is taken from the left."""

PROCESSING: Final = "movement_logs:processing:"
"""Begins the name of the list of one run of the batch task; its uuid follows."""

LEASES: Final = "movement_logs:leases"
"""A sorted set: the processing lists, by the time (epoch seconds) at which their lease ends."""

CHUNK: Final = 5_000
"""Items of one push in a script: Lua's ``unpack`` fails at about 8,000."""
