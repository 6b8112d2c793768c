"""A Celery app like the real one, whose Google is a fake: ``celery -A google_app``.

The fake serves at ``FAKE_SPEECH``; copies go to the folder ``FAKE_BUCKET``. While the file
``SUBMIT_GATE`` exists, a worker whose operation was submitted goes no further.
"""

import os
import time
from pathlib import Path

from stenofleet.contracts.options import TranscriptOptions
from stenofleet.storage import Recordings
from stenofleet_worker.celery import app
from stenofleet_worker.google.base import Plan
from stenofleet_worker.google.client import GoogleSpeech
from stenofleet_worker.google.staging import Staging
from stenofleet_worker.services import services
from support.fake_speech import client

__all__ = ["app"]


class GatedSpeech(GoogleSpeech):
    """Lets a test kill its worker between the submission and whatever follows."""

    def submit(self, uri: str, plan: Plan, options: TranscriptOptions) -> str:
        name = super().submit(uri, plan, options)
        while Path(os.environ["SUBMIT_GATE"]).exists():
            time.sleep(0.02)
        return name


services.new_google = lambda settings: GatedSpeech(client(os.environ["FAKE_SPEECH"]), settings)
services.staging = Staging(services.recordings, Recordings(os.environ["FAKE_BUCKET"]))
