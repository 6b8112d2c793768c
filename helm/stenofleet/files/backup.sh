# Dumps the database into $FOLDER and keeps the newest $KEEP dumps. With $RESTORE, the name of a dump,
# it brings the database back to what that dump holds instead.
set -eu
umask 077
cd "$FOLDER"
url="postgresql://${DATABASE_URL#*://}"

if [ -n "${RESTORE:-}" ]; then
    # The schema goes as a whole: pg_restore's own --clean fails at partitions, which inherit keys.
    pg_restore --no-owner --file=.restoring "$RESTORE"
    # One transaction: the database is as before, or as in the dump.
    psql --dbname="$url" --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --single-transaction \
        --command="DROP SCHEMA public CASCADE" --command="CREATE SCHEMA public" \
        --file=.restoring >/dev/null
    rm -- .restoring
    exit
fi

pg_dump --dbname="$url" --format=custom --file=.unfinished
# A dump whose table of contents can be read was written to its end.
pg_restore --list .unfinished >/dev/null
name="stenofleet-$(date -u +%Y%m%dT%H%M%SZ).dump"
mv .unfinished "$name"
echo "$name"
# The names sort by time.
ls -1r stenofleet-*.dump | tail -n "+$((KEEP + 1))" | while read -r old; do rm -- "$old"; done
