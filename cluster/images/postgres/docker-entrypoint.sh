#!/bin/bash
# The first start makes the database that POSTGRES_USER, POSTGRES_PASSWORD (or ..._FILE) and
# POSTGRES_DB ask for, runs /docker-entrypoint-initdb.d, then every start becomes the server.
set -euo pipefail

password() {
    if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then cat "$POSTGRES_PASSWORD_FILE"; else
        printf %s "${POSTGRES_PASSWORD:?set it or POSTGRES_PASSWORD_FILE: the database has no default password}"
    fi
}

as_user() { psql --no-psqlrc -v ON_ERROR_STOP=1 --username "$user" --no-password "$@"; }

run_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        case "$script" in
            *.sh) bash "$script" ;;
            *.sql) as_user --dbname "$database" --file "$script" ;;
            *.sql.gz) gunzip -c "$script" | as_user --dbname "$database" ;;
        esac
    done
}

# initdb asks who it runs as, and a made-up user stands in no file but one written for it.
named() {
    local folder
    if getent passwd "$(id -u)" > /dev/null; then "$@"; return; fi
    folder=$(mktemp -d)
    echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" > "$folder/passwd"
    echo "postgres:x:$(id -g):" > "$folder/group"
    LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD="$folder/passwd" \
        NSS_WRAPPER_GROUP="$folder/group" "$@"
    rm -rf "$folder"
}

first_start() {
    secret=$(password)
    named initdb --username="$user" --pwfile=<(printf '%s\n' "$secret") \
        --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
    printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
    # Until all is made, the server listens on its socket only: nobody meets half a database.
    pg_ctl -D "$PGDATA" -w -o "-c listen_addresses=''" start
    if [ "$database" != postgres ]; then
        as_user --dbname postgres --set db="$database" <<< 'CREATE DATABASE :"db";'
    fi
    run_scripts
    pg_ctl -D "$PGDATA" -m fast -w stop
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" = postgres ]; then
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$PGDATA"
        chown postgres:postgres "$PGDATA" /var/run/postgresql
        exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
    fi
    user=${POSTGRES_USER:-postgres}
    database=${POSTGRES_DB:-$user}
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA" || true
    [ -s "$PGDATA/PG_VERSION" ] || first_start
    # The packaged default listens on localhost only; the public image listens everywhere.
    set -- "$@" -c listen_addresses='*'
fi
exec "$@"
