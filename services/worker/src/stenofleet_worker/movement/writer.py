"""One batch becomes rows and dead letters, in one transaction."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg2
from psycopg2.extras import execute_values
from sqlalchemy.orm import Session

from stenofleet_worker.movement.rows import COLUMNS, NULL, Dead, Items, Row, as_csv, buried

_BOX: Final = ("x1", "y1", "x2", "y2")
_NAMES: Final = ", ".join(COLUMNS)
_OTHERS: Final = ", ".join(name for name in COLUMNS if name not in _BOX)
_CORNERS: Final = ", ".join(f"bbox[{place}] AS {name}" for place, name in enumerate(_BOX, start=1))

_STAGE: Final = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS movement_in ON COMMIT DELETE ROWS
AS SELECT {_OTHERS}, {_CORNERS} FROM movement_log LIMIT 0
"""  # noqa: S608 - names of our own

_COPY: Final = f"COPY movement_in ({_NAMES}) FROM STDIN (FORMAT csv, NULL '{NULL}')"

# The day as `stenofleet.movement.events.day_of` has it.
_INSERT: Final = f"""
INSERT INTO movement_log (event_day, bbox, {_OTHERS})
SELECT (occurred_at AT TIME ZONE 'UTC')::date, ARRAY[{", ".join(_BOX)}], {_OTHERS} FROM movement_in
ON CONFLICT DO NOTHING
"""  # noqa: S608 - as above

# One that was replayed and is refused again is shown again.
_BURY: Final = """
INSERT INTO movement_dead_letter (digest, raw, owner_id, reason) VALUES %s
ON CONFLICT (digest) DO UPDATE
SET replayed_at = NULL, reason = excluded.reason, created_at = excluded.created_at
"""

_OF_THE_ROWS: Final = ("22", "23", "54")
"""Classes of SQLSTATE: wrong data, a broken constraint, more than PostgreSQL can store or index.

Of anything else the rows are not to blame, and none of them may become a dead letter for it.
"""


@dataclass
class Outcome:
    """What became of a batch.

    Attributes:
        written: new rows.
        duplicates: events that were there already.
        dead: those that cannot become rows.
    """

    written: int = 0
    duplicates: int = 0
    dead: list[Dead] = field(default_factory=list)


def write(db: Session, items: Items) -> Outcome:
    """Writes a batch in the caller's transaction; writing it again changes nothing.

    Raises:
        psycopg2.Error: the server is away, or refuses for a reason that no single row gave.
    """
    # The driver's own cursor: SQLAlchemy knows no COPY.
    driver: Any = db.connection().connection
    with driver.cursor() as cursor:
        cursor.execute(_STAGE)
        outcome = Outcome(dead=list(items.dead))
        _insert(cursor, items.rows, items.csv, outcome)
        _bury(cursor, outcome.dead)
    return outcome


def _insert(cursor: Any, rows: Sequence[Row], csv: bytes, outcome: Outcome) -> None:
    if not rows:
        return
    cursor.execute("SAVEPOINT rows")
    try:
        written = _copy(cursor, csv)
    except psycopg2.Error as error:
        if (error.pgcode or "")[:2] not in _OF_THE_ROWS:
            raise
        cursor.execute("ROLLBACK TO SAVEPOINT rows")
        _bisect(cursor, rows, _reason(error), outcome)
    else:
        outcome.written += written
        outcome.duplicates += len(rows) - written
    cursor.execute("RELEASE SAVEPOINT rows")


def _copy(cursor: Any, csv: bytes) -> int:
    # In one piece: for each, the driver waits until no other thread computes.
    cursor.copy_expert(_COPY, io.BytesIO(csv), len(csv))
    cursor.execute(_INSERT)
    return int(cursor.rowcount)


def _bisect(cursor: Any, rows: Sequence[Row], reason: str, outcome: Outcome) -> None:
    """The rest is written without the row that is to blame."""
    if len(rows) == 1:
        outcome.dead.append(buried(rows[0], reason))
        return
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        _insert(cursor, half, as_csv(half), outcome)
        cursor.execute("TRUNCATE movement_in")


def _bury(cursor: Any, dead: Sequence[Dead]) -> None:
    # Once each, and in an order that is the same in all runs, see `rows.judged`.
    letters = sorted({hashlib.sha256(each.raw).digest(): each for each in dead}.items())
    values = [
        (digest, each.raw, each.owner_id, each.reason.replace("\0", "")) for digest, each in letters
    ]
    if values:
        execute_values(cursor, _BURY, values)


def _reason(error: psycopg2.Error) -> str:
    return error.diag.message_primary or type(error).__name__
