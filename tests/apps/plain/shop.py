"""An app as small as a page can show: its broker and its results come from the environment."""

from celery import Celery

app = Celery("shop")


@app.task(name="double")
def double(number: int) -> int:
    """Twice the number."""
    return 2 * number
