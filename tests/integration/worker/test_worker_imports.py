import subprocess
import sys

HOUSEKEEPING = """
import sys
for name in ("faster_whisper", "ctranslate2", "onnxruntime", "numpy", "av", "grpc", "google.cloud"):
    sys.modules[name] = None
from stenofleet_worker.tasks import transcribe_audio, publish_outbox
from stenofleet_worker.celery import app
app.loader.import_default_modules()
print(transcribe_audio.name, publish_outbox.name, app.conf.worker_pool)
"""


def test_the_worker_is_imported_without_speech_recognition() -> None:
    """As in the image for housekeeping."""
    run = subprocess.run(
        [sys.executable, "-c", HOUSEKEEPING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stdout.split() == [
        "stenofleet.transcribe_audio",
        "stenofleet.publish_outbox",
        "stenofleet.pool:TaskPool",
    ], run.stderr
