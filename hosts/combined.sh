#!/usr/bin/env bash
# Runs migrations, then API, worker and beat, until one of them ends: then the others are asked to end
# as well, and the host starts the container anew. A stop is passed on to all of them.
set -euo pipefail

on_api() { PATH=/opt/api/app/bin:/opt/api/venv/bin:$PATH PYTHONPATH=/opt/api/app "$@"; }

on_api stenofleet db upgrade

on_api env STENOFLEET_API_PORT="${PORT:-8000}" python -m stenofleet_api &
STENOFLEET_HEALTH_PORT=8081 celery -A stenofleet_worker worker -Q transcription,logs,core &
STENOFLEET_HEALTH_PORT=8082 celery -A stenofleet_worker beat --schedule=/tmp/beat-schedule &

trap 'kill -TERM $(jobs -p) 2>/dev/null || true' TERM INT
status=0
wait -n || status=$?
kill -TERM $(jobs -p) 2>/dev/null || true
wait || true
exit "$status"
