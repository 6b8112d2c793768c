"""What became of movements in the database of a release, beside those that were accepted."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from support.fleet import Fleet

SHOWN: Final = 5
_COUNTED: Final = (
    "(SELECT count(*) FROM movement_log) + (SELECT count(*) FROM movement_dead_letter)"
)
_LETTERS: Final = "SELECT convert_from(raw, 'UTF8')::json->>'event_id', reason"


@dataclass(frozen=True)
class Written:
    """The ids of the table's rows, and the dead letters' reasons by their movements' ids."""

    rows: Sequence[str]
    reasons: dict[str, str]

    def faults(self, accepted: Collection[str]) -> dict[str, tuple[int, list[str]]]:
        """How many movements were lost, doubled or made up, with a few of each; empty when none.

        >>> Written(["a", "b", "b"], {}).faults({"a", "b", "c"})
        {'lost': (1, ['c']), 'doubled': (1, ['b'])}
        """
        times = Counter([*self.rows, *self.reasons])
        found = {
            "lost": set(accepted) - times.keys(),
            "doubled": {each for each, count in times.items() if count > 1},
            "made up": times.keys() - set(accepted),
        }
        return {what: (len(ids), sorted(ids)[:SHOWN]) for what, ids in found.items() if ids}


def count(fleet: Fleet) -> int:
    """How many rows and dead letters there are."""
    [found] = fleet.sql(f"SELECT {_COUNTED}")
    return int(found)


def read(fleet: Fleet) -> Written:
    """All that is there."""
    letters = fleet.sql(f"{_LETTERS} FROM movement_dead_letter")
    reasons = (letter.split("|", 1) for letter in letters)
    return Written(fleet.sql("SELECT event_id FROM movement_log"), dict(reasons))
