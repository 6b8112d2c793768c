"""What the routes of movements work with, as long as the process lives."""

from functools import cached_property

from celery import Celery
from redis import Redis
from stenofleet.movement.intake import Intake
from stenofleet.movement.way_in import WayIn, connect
from stenofleet.settings import ApiSettings


class Parts:
    """Made when they are first asked for: no other route needs them."""

    def __init__(self, settings: ApiSettings, celery: Celery) -> None:
        """``celery`` publishes."""
        # A result is looked up by whichever thread is free.
        celery.conf.result_backend_thread_safe = True
        self.settings = settings
        self.celery = celery

    @cached_property
    def redis(self) -> Redis:
        """A client of the broker."""
        return connect(self.settings)

    @cached_property
    def way_in(self) -> WayIn:
        """The list."""
        return WayIn(self.redis, self.settings.movement_replicas)

    @cached_property
    def intake(self) -> Intake:
        """The way into the list, with what follows."""
        return Intake(self.way_in, self.celery, self.settings.movement_queue_limit)
