#!/usr/bin/env bash
# Runs migrations, then API, worker and beat, until one of them ends or a stop is asked for: then the
# others are asked to end as well, and the host starts the container anew.
set -euo pipefail

# In place of the shell that it is called in, so that signals reach the program itself.
on_api() {
    exec env PATH="/opt/api/app/bin:/opt/api/venv/bin:$PATH" PYTHONPATH=/opt/api/app "$@"
}

(on_api stenofleet db upgrade)

on_api STENOFLEET_API_PORT="${PORT:-8000}" python -m stenofleet_api &
STENOFLEET_HEALTH_PORT=8081 celery -A stenofleet_worker worker -Q transcription,logs,core &
STENOFLEET_HEALTH_PORT=8082 celery -A stenofleet_worker beat --schedule=/tmp/beat-schedule &

# A signal ends the first wait; what it asks for is done below.
trap : TERM INT
status=0
wait -n || status=$?
kill -TERM $(jobs -p) 2>/dev/null || true
wait || true
exit "$status"
