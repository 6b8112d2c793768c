"""Runs in a pod with Python alone: movements to the API, one connection a request, until told."""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path

SENDERS = 3
PAUSE_SECONDS = 0.1
ANSWER_SECONDS = 30
STOP = Path("/tmp/stop")  # noqa: S108 - the pod's own
LINE = threading.Lock()
PATH = "/api/logs/add-movement/"


def send(url: str) -> dict[str, object]:
    event = str(uuid.uuid4())
    movement = {"event_id": event, "user_id": "visitor", "track_id": 1, "bbox": [1, 2, 3, 4]}
    now = datetime.now(UTC).isoformat()
    body = json.dumps({**movement, "state": "entered", "store": "load", "timestamp": now}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return {"id": event, "status": answer.status}
    except urllib.error.HTTPError as error:
        return {"id": event, "status": error.code}
    except OSError as error:
        return {"id": event, "error": str(error), "at": time.time()}


def work(url: str) -> None:
    while not STOP.exists():
        told = json.dumps(send(url))
        with LINE:
            print(told, flush=True)
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    senders = [threading.Thread(target=work, args=(sys.argv[1] + PATH,)) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
