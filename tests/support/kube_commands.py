"""kubectl and helm, as the administrator of a test's API server."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.programs import built

COMMAND_SECONDS = 60


@dataclass(frozen=True)
class KubeCommands:
    """The two programs with one kubeconfig; a command that fails fails the test."""

    kubeconfig: Path
    path: str | None = None
    """Where a shell finds programs; None is where tests find them, and kubectl and helm."""

    def kubectl(self, *words: str, text: str | None = None) -> str:
        return self._checked(self._run("kubectl", *words, text=text))

    def helm(self, *words: str, text: str | None = None) -> str:
        return self._checked(self._run("helm", *words, text=text))

    def shell(self, line: str, folder: Path) -> str:
        """A line as a page shows it, typed in a folder."""
        path = self.path or f"{built()}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            # kubectl keeps what it knows of a server at home, which is not the folder of the line.
            env={
                "PATH": path,
                "KUBECONFIG": str(self.kubeconfig),
                "HOME": str(self.kubeconfig.parent),
            },
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout

    def get(self, *words: str) -> Any:
        """An object, or a list of them."""
        return json.loads(self.kubectl("get", *words, "--output", "json"))

    def namespace(self, name: str) -> None:
        """Makes a namespace that enforces the ``restricted`` pod security standard."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        metadata = {"name": name, "labels": labels}
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        self.kubectl("create", "--filename", "-", text=json.dumps(manifest))

    def may(self, *words: str, who: str) -> bool:
        """Whether an account has a right, as ``kubectl auth can-i`` tells."""
        done = self._run("kubectl", "auth", "can-i", *words, "--as", who)
        answer = done.stdout.strip()
        assert answer in {"yes", "no"}, done.stderr
        return answer == "yes"

    def _run(
        self, program: str, *words: str, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        command = [str(built() / program), "--kubeconfig", str(self.kubeconfig), *words]
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    @staticmethod
    def _checked(done: subprocess.CompletedProcess[str]) -> str:
        assert done.returncode == 0, f"{' '.join(done.args[3:])}: {done.stderr}"
        return done.stdout
