"""The Celery workers: transcription and housekeeping.

``celery -A stenofleet_worker`` finds the app in `stenofleet_worker.celery`; importing the package
reads no environment and needs no speech recognition.
"""
