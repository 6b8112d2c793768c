"""A machine with nothing on it: a Debian in a folder, whose processes all end with the first.

It shares the network with the machine of the tests, and has its certificates and the settings of
its package tools, for without them it might reach no package.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stenofleet_cluster.base_images import CERTIFICATES
from stenofleet_cluster.debian import Debian
from stenofleet_cluster.versions import DEBIAN_SUITE

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SETTINGS = ("PIP_", "UV_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")
CONFIGURATIONS = ("/etc/pip.conf", "/etc/uv/uv.toml")
NAMESPACES = ("--mount", "--pid", "--ipc", "--fork", "--kill-child")
# Mounted within, so nothing is left to unmount.
PROLOGUE = "mount -t tmpfs -o mode=1777 tmpfs /dev/shm\n"
# As on a machine with an init system, packages start the servers that they bring.
POLICY = "usr/sbin/policy-rc.d"
REPOSITORY = "srv/stenofleet.git"


@dataclass(frozen=True)
class BareMachine:
    """Debian's smallest useful installation."""

    root: Path

    @classmethod
    def installed(cls, root: Path) -> "BareMachine":
        """One of the release that the images have, without a package beyond the necessary."""
        Debian.of_this_machine(DEBIAN_SUITE).install(root)
        for path in (CERTIFICATES, *map(Path, CONFIGURATIONS)):
            if path.is_file():
                (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, root / path.relative_to("/"))
        (root / POLICY).write_text("#!/bin/sh\nexit 0\n")
        (root / POLICY).chmod(0o755)
        return cls(root)

    def serve_clone(self, checkout: Path, address: str) -> None:
        """What a checkout has committed is what git finds at an address."""
        clone = ["git", "clone", "--quiet", "--bare", "--no-hardlinks", str(checkout)]
        subprocess.run([*clone, str(self.root / REPOSITORY)], check=True, timeout=300)
        instead = f'[url "file:///{REPOSITORY}"]\n\tinsteadOf = {address}\n'
        (self.root / "etc/gitconfig").write_text(instead)

    @contextmanager
    def running(self, script: str) -> Iterator["subprocess.Popen[str]"]:
        """A script of bash, as root; whatever it started ends with it, or with this context."""
        command = ["unshare", *NAMESPACES, f"--root={self.root}", "--wd=/root", "--mount-proc"]
        environment = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", **package_settings()}
        with subprocess.Popen(
            [*command, "bash", "-e", "-c", PROLOGUE + script],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def package_settings() -> dict[str, str]:
    """This machine's own, by which it reaches packages."""
    found = os.environ.items()
    return {name: value for name, value in found if name.upper().startswith(SETTINGS)}
