"""The servers' programs, wherever a system puts them."""

import shutil
from pathlib import Path

from stenofleet_deploy.errors import DeployError

PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",  # macOS, on Apple's processors
    "/usr/local/opt/postgresql@*/bin",  # macOS, on Intel's
)


def require(name: str) -> str:
    """The path of a program: on the PATH, else the newest in a place that is known for it.

    Raises:
        DeployError: It is not installed.
    """
    found = shutil.which(name)
    if found is None:
        places = [path for place in PLACES for path in Path("/").glob(f"{place[1:]}/{name}")]
        found = str(max(places, key=version)) if places else None
    if found is None:
        raise DeployError(
            f"{name} is not installed: start Docker, or install Redis and PostgreSQL (Debian: "
            "apt-get install redis-server postgresql; macOS: brew install redis postgresql@17)"
        )
    return found


def version(path: Path) -> int:
    """The number in the name of the folder above ``bin``.

    >>> version(Path("/usr/lib/postgresql/17/bin/initdb"))
    17
    """
    digits = "".join(letter for letter in path.parts[-3] if letter.isdigit())
    return int(digits or 0)
