"""A throw-away Kubernetes API server: real validation, admission and RBAC, but no node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from support.programs import built
from support.servers import free_port, until

TOKEN = "throw-away"
COMMAND_SECONDS = 60


class ApiServer:
    """Kubernetes' API on a free port of this machine, with one administrator."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.etcd_port, self.peer_port, self.port = free_port(), free_port(), free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self._write_files()
        self._run("etcd", self._etcd())
        self._run("kube-apiserver", self._api())
        until(self._answers, "the API server", seconds=60)

    def stop(self) -> None:
        # Nothing of it is kept, so nobody waits for its clean end.
        for process in self._processes:
            process.kill()
            process.wait()

    def kubectl(self, *words: str, text: str | None = None) -> str:
        return self._command(str(built() / "kubectl"), *words, text=text)

    def get(self, *words: str) -> Any:
        return json.loads(self.kubectl("get", *words, "--output", "json"))

    def namespace(self, name: str) -> None:
        """Makes a namespace that enforces the ``restricted`` pod security standard."""
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        manifest = {"apiVersion": "v1", "kind": "Namespace"}
        metadata = {"name": name, "labels": labels}
        self.kubectl(
            "create", "--filename", "-", text=json.dumps(manifest | {"metadata": metadata})
        )

    def helm(self, *words: str, text: str | None = None) -> str:
        return self._command(str(built() / "helm"), *words, text=text)

    def may(self, *words: str, who: str) -> bool:
        """Whether an account has a right, as ``kubectl auth can-i`` tells."""
        command = [str(built() / "kubectl"), "--kubeconfig", str(self.kubeconfig)]
        command += ["auth", "can-i", *words, "--as", who]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
        answer = done.stdout.strip()
        assert answer in {"yes", "no"}, done.stderr
        return answer == "yes"

    def _command(self, program: str, *words: str, text: str | None) -> str:
        command = [program, "--kubeconfig", str(self.kubeconfig), *words]
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout

    def _run(self, name: str, arguments: dict[str, object]) -> None:
        words = [f"--{key.replace('_', '-')}={value}" for key, value in arguments.items()]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(built() / name), *words], stdout=log, stderr=subprocess.STDOUT
            )
        self._processes.append(process)

    def _etcd(self) -> dict[str, object]:
        clients, peers = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        return {
            "data_dir": self.folder / "etcd",
            "listen_client_urls": clients,
            "advertise_client_urls": clients,
            "listen_peer_urls": peers,
            "initial_advertise_peer_urls": peers,
            "initial_cluster": f"default={peers}",
            "unsafe_no_fsync": "true",
        }

    def _api(self) -> dict[str, object]:
        key = self.folder / "service-account.key"
        return {
            "etcd_servers": f"http://127.0.0.1:{self.etcd_port}",
            "bind_address": "127.0.0.1",
            "secure_port": self.port,
            "cert_dir": self.folder,
            "token_auth_file": self.folder / "tokens.csv",
            "authorization_mode": "RBAC",
            "service_account_issuer": "https://kubernetes.default.svc",
            "service_account_key_file": key,
            "service_account_signing_key_file": key,
            # No controller makes the accounts' objects here.
            "disable_admission_plugins": "ServiceAccount",
        }

    def _write_files(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (self.folder / "service-account.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        (self.folder / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n')
        self.kubeconfig.write_text(yaml.safe_dump(self._kubeconfig()))

    def _kubeconfig(self) -> dict[str, Any]:
        # The server signs its certificate itself at its start.
        cluster = {"server": f"https://127.0.0.1:{self.port}", "insecure-skip-tls-verify": True}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }

    def _answers(self) -> bool:
        for process in self._processes:
            assert process.poll() is None, f"{process.args!r} ended, see its log in {self.folder}"
        try:
            return self.kubectl("get", "--raw", "/readyz") == "ok"
        except AssertionError:
            return False
