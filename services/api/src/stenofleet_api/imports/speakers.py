"""Who speaks in cues that were made elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from stenofleet.contracts.roles import Role

_NUMBERED = re.compile(r"Speaker ([1-9]\d{0,3})")
_ROLES = {"Coach": Role.COACH, "Client": Role.CLIENT}


@dataclass
class Cast:
    """Speakers by their labels; what is exported from them has the same labels.

    Attributes:
        roles: of the speakers whose label is a role.
        names: of those whose label is neither a role nor a number.
    """

    roles: dict[int, Role] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    _known: dict[str | None, int] = field(default_factory=dict)

    @classmethod
    def of(cls, labels: Iterable[str | None]) -> "Cast":
        """Numbers all labels: those that are numbers keep theirs, the others get free ones."""
        cast, others = cls(), []
        for label in dict.fromkeys(labels):
            number = _NUMBERED.fullmatch(label) if label else None
            if number:
                cast._known[label] = int(number[1])
            else:
                others.append(label)
        for label in others:
            cast._add(label)
        return cast

    def speaker(self, label: str | None) -> int:
        """The number of who bears the label."""
        return self._known[label]

    def _add(self, label: str | None) -> None:
        taken = set(self._known.values())
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        self._known[label] = number
        if label in _ROLES:
            self.roles[number] = _ROLES[label]
        elif label:
            self.names[number] = label
