"""A small Debian, from the mirrors that this machine uses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster.errors import ClusterError
from stenofleet_cluster.shell import run

APT_FOLDER = Path("/etc/apt")
SECONDS = 1200
DEBOOTSTRAP = ("debootstrap", "--variant=minbase", "--include=ca-certificates")
LEAN = """path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-include /usr/share/doc/*/copyright
"""
NO_CACHE = 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n'


@dataclass(frozen=True)
class Debian:
    """A release and where its packages come from."""

    suite: str
    archive: str
    security: str

    @classmethod
    def of_this_machine(cls, suite: str) -> "Debian":
        """Take the mirrors from this machine's own sources.

        Raises:
            ClusterError: This machine is no Debian, or has no Debian mirror.
        """
        files = [*APT_FOLDER.glob("sources.list"), *APT_FOLDER.glob("sources.list.d/*")]
        found = mirrors(path.read_text() for path in files)
        archive = next((uri for uri in found if uri.endswith("/debian")), None)
        if archive is None:
            raise ClusterError(
                "the base images are made from Debian packages, but no Debian mirror stands in "
                f"{APT_FOLDER}: run this on Debian, or use --public-registries"
            )
        security = next((uri for uri in found if uri.endswith("/debian-security")), "")
        return cls(suite, archive, security)

    def sources(self) -> str:
        """Return the sources of the image's own apt."""
        lines = [f"deb {self.archive} {self.suite} main"]
        lines.append(f"deb {self.archive} {self.suite}-updates main")
        if self.security:
            lines.append(f"deb {self.security} {self.suite}-security main")
        return "\n".join(lines) + "\n"

    def recipe(self) -> str:
        """Return all that decides what is installed."""
        return "\0".join((self.sources(), *DEBOOTSTRAP, LEAN, NO_CACHE))

    def install(self, root: Path) -> None:
        """Install the smallest useful Debian below a folder."""
        words = [*DEBOOTSTRAP, self.suite, str(root), self.archive]
        run(words, timeout=SECONDS)
        (root / "etc/apt/sources.list").write_text(self.sources())
        (root / "etc/dpkg/dpkg.cfg.d/lean").write_text(LEAN)
        (root / "etc/apt/apt.conf.d/lean").write_text(NO_CACHE)
        for folder in (
            "var/cache/apt/archives",
            "var/lib/apt/lists",
            "usr/share/doc",
            "usr/share/man",
        ):
            run(["find", str(root / folder), "-type", "f", "-delete"], timeout=60)


def mirrors(sources: Iterable[str]) -> list[str]:
    """Return the addresses in apt's sources, of both of its formats, without a closing slash."""
    text = "\n".join(sources)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = re.findall(r"^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+)", "\n".join(lines), re.MULTILINE)
    return [uri.rstrip("/") for uri in found]
