"""A real Kubernetes API server with its etcd and nothing else: no controller, no kubelet.

Objects are stored, checked and watched as on any cluster; what controllers would do is not done.
"""

import base64
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from support.programs import built
from support.servers import free_port, until

ADMIN, OPERATOR = "admin-of-the-tests", "the-operator-under-test"
OPERATOR_USER = "operator"
MERGE = {"Content-Type": "application/merge-patch+json"}
APPLY = {"Content-Type": "application/apply-patch+yaml"}


@dataclass
class ApiServer:
    """Starts and stops; calls are made as its administrator."""

    folder: Path
    port: int = field(default_factory=free_port)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens; its certificate is its own."""
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        etcd = self._start_etcd()
        key = self.folder / "service-account.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True)
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f'{ADMIN},admin,1,"system:masters"\n{OPERATOR},{OPERATOR_USER},2,""\n')
        self._run(
            "kube-apiserver",
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self.port}",
            f"--cert-dir={self.folder / 'certificates'}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            # There is no controller that would make the default account of a namespace.
            "--disable-admission-plugins=ServiceAccount",
        )
        until(self._is_ready, "the API server", seconds=180)

    def start_namespace_controller(self) -> None:
        """The one controller that empties namespaces which are deleted."""
        self._run(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig(ADMIN)}",
            "--controllers=namespace-controller",
            "--leader-elect=false",
            f"--secure-port={free_port()}",
            f"--cert-dir={self.folder / 'controller-certificates'}",
        )

    def stop(self) -> None:
        """Ends all that was started."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=120)

    def kubeconfig(self, token: str) -> Path:
        """A kubeconfig for the holder of the token."""
        path = self.folder / f"{token}.kubeconfig"
        named = {"name": "test"}
        path.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [
                        named | {"cluster": {"server": self.url, "insecure-skip-tls-verify": True}}
                    ],
                    "users": [named | {"user": {"token": token}}],
                    "contexts": [named | {"context": {"cluster": "test", "user": "test"}}],
                    "current-context": "test",
                }
            )
        )
        return path

    def get(self, path: str) -> dict[str, Any]:
        """An object, or a list of them."""
        return self._checked(self._call("GET", path))

    def ask(self, path: str) -> httpx.Response:
        """The answer to a GET, whatever it is."""
        return self._call("GET", path)

    def create(self, path: str, body: Any) -> httpx.Response:
        """Creates an object, with unknown fields refused; the answer may be a refusal."""
        return self._call("POST", f"{path}?fieldValidation=Strict", body)

    def patch(self, path: str, body: Any) -> dict[str, Any]:
        """Merges into an object."""
        return self._checked(self._call("PATCH", path, body, MERGE))

    def apply(self, path: str, body: Any) -> dict[str, Any]:
        """Makes an object be what the body says."""
        return self._checked(
            self._call("PATCH", f"{path}?fieldManager=tests&force=true", body, APPLY)
        )

    def delete(self, path: str) -> None:
        """Deletes an object."""
        self._checked(self._call("DELETE", path))

    def _call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return httpx.request(
            method,
            self.url + path,
            content=None if body is None else json.dumps(body),
            headers={
                "Authorization": f"Bearer {ADMIN}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
            verify=False,  # noqa: S501 - it signs its certificate itself, on this machine
            timeout=30,
        )

    def _checked(self, response: httpx.Response) -> dict[str, Any]:
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def _start_etcd(self) -> str:
        client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self._run(
            "etcd",
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync=true",
        )
        return client

    def _run(self, program: str, *arguments: str) -> None:
        log = (self.folder / f"{program}.log").open("wb")
        self._processes.append(
            subprocess.Popen([str(built() / program), *arguments], stdout=log, stderr=log)
        )

    def _is_ready(self) -> bool:
        try:
            return self._call("GET", "/readyz").is_success
        except httpx.TransportError:
            return False


def secret(name: str, **values: str) -> dict[str, Any]:
    """A Secret's object."""
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}
