"""The file .env, made of .env.example."""

import os
import secrets
from pathlib import Path

from dotenv import dotenv_values

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.local import ports

EXAMPLE = ".env.example"
FILE = ".env"
PLACEHOLDER = "change-me-please"
SECRET_BYTES = 24
OWNER_ALONE = 0o600
PORTS = ("REDIS_PORT", "DB_PORT")


def ensure(root: Path, data: Path) -> bool:
    """Write .env with secrets and places of its own; False when it is there, and stays as it is.

    What answers at a port of the example takes none of these secrets, so another port is written.

    Args:
        root: Of the repository.
        data: Where servers and recordings will lie.

    Raises:
        DeployError: Servers lie there already, which only the lost secrets open.
    """
    if (root / FILE).exists():
        return False
    refuse_data_of_others(root, data)
    example = dotenv_values(root / EXAMPLE)
    places = {
        "STENOFLEET_STORAGE_URL": f"file://{data}/recordings",
        "STENOFLEET_WHISPER_MODEL_DIR": str(models()),
        **{name: str(ports.free(int(example[name] or 0))) for name in PORTS},
    }
    lines = (filled(line, places) for line in (root / EXAMPLE).read_text().splitlines())
    with os.fdopen(os.open(root / FILE, os.O_WRONLY | os.O_CREAT, OWNER_ALONE), "w") as file:
        file.writelines(f"{line}\n" for line in lines)
    return True


def refuse_data_of_others(root: Path, data: Path) -> None:
    """Raise DeployError when another .env than the one to be made has the data's passwords."""
    if any((data / server).exists() for server in ("redis", "postgresql")):
        raise DeployError(
            f"{data} has the servers of another checkout, which only its {FILE} opens: copy that "
            f"to {root / FILE}, or name another folder by STENOFLEET_LOCAL_DIR, or stop the "
            "servers (make dev-down, there) and remove the folder"
        )


def filled(line: str, places: dict[str, str]) -> str:
    """A line of the example with a place or a secret of this machine's own.

    >>> filled("DATA=/data", {"DATA": "/home/me"})
    'DATA=/home/me'
    """
    name = line.partition("=")[0]
    if name in places:
        return f"{name}={places[name]}"
    return line.replace(PLACEHOLDER, secrets.token_urlsafe(SECRET_BYTES))


def read(root: Path) -> dict[str, str]:
    """The settings in .env; the environment's own win, as in the services.

    Raises:
        DeployError: There is none.
    """
    if not (root / FILE).is_file():
        raise DeployError(f"{root / FILE} is not there: `make dev-setup` makes it")
    found = dotenv_values(root / FILE)
    return {name: os.environ.get(name) or value or "" for name, value in found.items()}


def models() -> Path:
    """Where `make models` puts them."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stenofleet" / "models"


def data_folder() -> Path:
    """Where Redis, PostgreSQL and recordings of this machine lie.

    PostgreSQL refuses to run as root, and its own user does not get into root's home.
    """
    if named := os.environ.get("STENOFLEET_LOCAL_DIR"):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/lib/stenofleet-local")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "stenofleet"
