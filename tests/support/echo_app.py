"""Stenofleet's app with one task, as workers run it."""

from stenofleet.celery_app import make_app
from stenofleet.settings import RedisSettings, load

app = make_app(load(RedisSettings))


@app.task(name="echo")
def echo(word: str) -> str:
    """Gives the word back."""
    return word
