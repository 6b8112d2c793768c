"""What workers and beat add to the library's app."""

from stenofleet.settings import WorkerSettings
from stenofleet_worker.celery import make_worker_app


def test_the_result_store_is_found_by_the_sentinels_that_the_broker_is_found_by() -> None:
    settings = WorkerSettings(
        redis_url="sentinel://watch-0:26379/0",
        redis_sentinel_master="steno",
        redis_sentinel_password="watch me",
    )
    conf = make_worker_app(settings).conf
    for options in (conf.broker_transport_options, conf.result_backend_transport_options):
        assert options["master_name"] == "steno"
        assert options["sentinel_kwargs"]["password"] == "watch me"
    assert conf.result_backend_transport_options["retry_policy"] == {"max_retries": 1}
