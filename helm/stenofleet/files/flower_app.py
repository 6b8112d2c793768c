"""The app by which Flower knows the broker.

Replies to Flower arrive through a consumer, and a consumer on Redis gives back what is
unacknowledged for longer than its own visibility timeout: it must be that of the workers.
"""

import os
import ssl

from celery import Celery

app = Celery(broker=os.environ["CELERY_BROKER_URL"])
app.conf.broker_transport_options = {
    "visibility_timeout": int(os.environ["STENOFLEET_VISIBILITY_TIMEOUT"])
}

if master := os.environ.get("REDIS_SENTINEL_MASTER"):
    authority = os.environ.get("REDIS_CA_FILE")
    tls = {"ssl_ca_certs": authority} if authority else {}
    asked = {"password": os.environ.get("REDIS_SENTINEL_PASSWORD"), "ssl": bool(tls), **tls}
    app.conf.broker_transport_options |= {"master_name": master, "sentinel_kwargs": asked}
    if tls:
        app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED, **tls}
