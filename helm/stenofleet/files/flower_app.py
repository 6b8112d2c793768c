"""The app by which Flower knows the broker.

Replies to Flower arrive through a consumer, and a consumer on Redis gives back what is
unacknowledged for longer than its own visibility timeout: it must be that of the workers.
"""

import os

from celery import Celery

app = Celery(broker=os.environ["CELERY_BROKER_URL"])
app.conf.broker_transport_options = {
    "visibility_timeout": int(os.environ["STENOFLEET_VISIBILITY_TIMEOUT"])
}
