"""Messages go out for what waits, and none while nothing does."""

from typing import Any

from stenofleet.contracts.tasks import PROCESS_MOVEMENT_LOGS
from stenofleet.movement.keys import PROCESSING, QUEUE
from stenofleet_worker import housekeeping
from stenofleet_worker.movement import kick
from stenofleet_worker.movement.kick import ITEMS_PER_TASK, MOST_MESSAGES
from stenofleet_worker.movement.way_out import WayOut
from stenofleet_worker.services import Services
from support.movements import movement, push
from support.servers import until


def queued(installation: Any) -> list[str]:
    return [each.task for each in installation.queued("logs")]


def test_an_idle_system_sends_nothing(installation: Any, services: Services) -> None:
    for _ in range(5):
        assert kick.kick(services, installation.app) == 0
    assert queued(installation) == []


def test_what_waits_gets_one_message_however_often_it_is_looked_at(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [movement(1)])
    for _ in range(5):
        kick.kick(services, installation.app)
    assert queued(installation) == [PROCESS_MOVEMENT_LOGS]


def test_messages_go_by_how_much_waits_up_to_a_bound(installation: Any, services: Services) -> None:
    client = installation.redis.client()
    client.rpush(QUEUE, *["x"] * (2 * ITEMS_PER_TASK + 1))
    kick.kick(services, installation.app)
    assert len(queued(installation)) == 3
    client.rpush(QUEUE, *["x"] * (MOST_MESSAGES * ITEMS_PER_TASK))
    kick.kick(services, installation.app)
    assert len(queued(installation)) == MOST_MESSAGES


def test_what_a_lost_worker_held_is_given_back_and_asked_for(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [movement(1)])
    with installation.app.connection_for_read() as connection:
        out = WayOut(connection.default_channel.client, 60)
        out.take(f"{PROCESSING}dead", 10)
        assert kick.kick(services, installation.app) == 0
        out.end_leases([f"{PROCESSING}dead"])
    assert kick.kick(services, installation.app) == 1
    assert installation.redis.client().llen(QUEUE) == 1


def test_the_result_of_a_message_that_nobody_waits_for_is_not_kept(
    installation: Any, services: Services
) -> None:
    push(installation.redis.client(), [movement(1)])
    kick.kick(services, installation.app)
    (message,) = installation.queued("logs")
    assert message.headers["ignore_result"] is True


def test_with_redis_away_a_kick_is_left_for_the_next(installation: Any, services: Services) -> None:
    installation.redis.stop()
    assert housekeeping.survive(lambda: kick.kick(services, installation.app)) == 0
    installation.redis.start()


def test_beat_worker_and_list_work_together(installation: Any, services: Services) -> None:
    """Nothing but pushing is done here: beat kicks, core sends, and a worker on logs writes."""
    del services
    push(installation.redis.client(), map(movement, range(500)))
    installation.celery("stenofleet_worker", "beat", "-s", "beat-schedule")
    installation.ready_worker("logs,core", app="stenofleet_worker")
    until(lambda: installation.redis.client().llen(QUEUE) == 0, "the list to be empty")
