from stenofleet.contracts.tasks import CORE_QUEUE, ROUTES
from stenofleet_worker.celery import app
from stenofleet_worker.schedule import beat_schedule


def test_beat_sends_only_to_core_and_only_known_tasks() -> None:
    app.loader.import_default_modules()
    for entry in beat_schedule().values():
        assert ROUTES[entry["task"]]["queue"] == CORE_QUEUE
        assert entry["task"] in app.tasks


def test_what_waited_for_longer_than_a_period_is_left_out() -> None:
    for entry in beat_schedule().values():
        assert entry["options"]["expires"] == entry["schedule"]
