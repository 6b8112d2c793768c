"""The library's errors, as a tree.

StenofleetError
├── SettingsError          an environment variable is missing or wrong
├── StorageError           the store of recordings refused or failed
│   └── RecordingMissing   no recording lies under the address
├── KeyNotFound            no API key has this id or beginning
├── TargetRefused          a webhook's messages may not be sent to this URL or address
├── MovementsNotQueued     Redis does not take movements
├── ListFull               the list of movements is as long as it may be
└── MigrationError         the database's schema is not, and did not become, what is needed
"""


class StenofleetError(Exception):
    """Root of all errors of the library; its text is fit for a user's eyes."""


class SettingsError(StenofleetError):
    """An environment variable is missing or wrong; names it, what was expected, what came."""


class StorageError(StenofleetError):
    """The store of recordings refused or failed."""


class RecordingMissing(StorageError):  # noqa: N818 - reads as what it says in an except clause
    """No recording lies under the address."""


class MigrationError(StenofleetError):
    """The database's schema is not, and did not become, what the code needs."""


class KeyNotFound(StenofleetError):  # noqa: N818 - reads as what it says in an except clause
    """No API key in use has this id or beginning."""


class TargetRefused(StenofleetError):  # noqa: N818 - as above
    """A webhook's messages may not be sent there; says what was expected."""


class MovementsNotQueued(StenofleetError):  # noqa: N818 - as above
    """Redis does not take movements; says why."""


class ListFull(StenofleetError):  # noqa: N818 - as above
    """The list of movements has no room for all that came; nothing of it was taken."""

    def __init__(self, length: int, limit: int) -> None:
        """``length`` is what waits already."""
        super().__init__(
            f"{length} movements wait, and at most {limit} may; workers that write them make room"
        )
        self.length = length
        self.limit = limit
