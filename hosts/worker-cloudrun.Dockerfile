# A worker for hosts that start containers only with a server on $PORT: it answers there whether it
# consumes tasks, at /health. `make docker-worker-cloudrun` builds it on top of a worker's image.
ARG WORKER=stenofleet/worker
FROM ${WORKER}
ENV PORT=8080 QUEUES=transcription
EXPOSE 8080
CMD ["sh", "-c", "STENOFLEET_HEALTH_PORT=\"$PORT\" exec celery -A stenofleet_worker worker -Q \"$QUEUES\""]
