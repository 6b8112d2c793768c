"""An app as small as a page can show: its broker and its results come from the environment."""

from celery import Celery

app = Celery("shop")
# As docs/own-app.md advises: else a worker may read for ever from a Redis that was started anew.
app.conf.broker_transport_options = {"socket_timeout": 10}


@app.task(name="double")
def double(number: int) -> int:
    """Twice the number."""
    return 2 * number
