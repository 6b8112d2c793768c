"""The operator that resizes Celery workers."""
