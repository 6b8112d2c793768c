"""What a Redis can be beside a lone server: behind TLS, a replica, watched by Sentinels, mute."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from support.servers import RedisServer, free_port, until

MASTER = "orders"


@dataclass(frozen=True)
class Authority:
    """A CA of its own, and a certificate that it gave to `localhost`, or to other names."""

    folder: Path
    names: str = "DNS:localhost"

    @property
    def pem(self) -> str:
        """The CA's certificate."""
        return (self.folder / "ca.crt").read_text()

    @property
    def tls_secret(self) -> dict[str, str]:
        """Certificate, key and CA, as a Secret of Kubernetes has them."""
        files = {"tls.crt": "redis.crt", "tls.key": "redis.key", "ca.crt": "ca.crt"}
        return {key: (self.folder / file).read_text() for key, file in files.items()}

    def make(self) -> None:
        """Writes keys and certificates into the folder."""
        key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
        own = ("-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.crt")
        # Python 3.13 refuses a CA that does not say so, and certificates without its key's id.
        self._openssl(
            "req", "-x509", *key, *own, "-addext", "keyUsage=critical,keyCertSign,cRLSign"
        )
        names = f"subjectAltName={self.names}\nauthorityKeyIdentifier=keyid\n"
        (self.folder / "names").write_text(names)
        request = ("-subj", "/CN=localhost", "-keyout", "redis.key", "-out", "redis.csr")
        self._openssl("req", *key[:3], *request)
        signer = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
        made = ("-in", "redis.csr", "-extfile", "names", "-out", "redis.crt")
        self._openssl("x509", "-req", *signer, *made)

    def _openssl(self, *words: str) -> None:
        subprocess.run(
            ["openssl", *words], cwd=self.folder, check=True, capture_output=True, timeout=60
        )

    def protect(self, server: RedisServer) -> int:
        """Makes the server listen with TLS as well; returns on which port."""
        port = free_port()
        client: Any = server.client()
        client.config_set("tls-auth-clients", "no")
        client.config_set(
            "tls-cert-file",
            str(self.folder / "redis.crt"),
            "tls-key-file",
            str(self.folder / "redis.key"),
            "tls-ca-cert-file",
            str(self.folder / "ca.crt"),
            "tls-port",
            str(port),
        )
        return port


def begin_to_replicate(replica: RedisServer, master: RedisServer) -> None:
    """Makes one server the replica of another; it gets the data soon.

    Without an append-only file: a Redis that writes its first one refuses to end.
    """
    client: Any = replica.client()
    client.config_set("appendonly", "no")
    client.config_set("masterauth", master.password)
    client.replicaof(master.address, master.port)


def replicate(replica: RedisServer, master: RedisServer) -> None:
    """Makes one server the replica of another; returns when it has its data."""
    begin_to_replicate(replica, master)
    client: Any = replica.client()
    until(lambda: client.info("replication")["master_link_status"] == "up", "a replica")


@dataclass
class Sentinel:
    """A redis-sentinel, alone, that watches one master and fails over within seconds.

    Attributes:
        authority: set where Sentinel and master speak TLS.
        master_port: the master's port, when it is another than usual.
    """

    folder: Path
    master: RedisServer
    authority: Authority | None = None
    master_port: int | None = None
    password: str = "watch me"
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self, *, replicas: int = 1) -> None:
        """Starts it; returns when it knows the master and its replicas."""
        file = self.folder / f"sentinel-{self.port}.conf"
        file.write_text(
            f"bind 127.0.0.1\n{self._listening()}"
            f'requirepass "{self.password}"\n'
            "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"
            f"sentinel monitor {MASTER} localhost {self.master_port or self.master.port} 1\n"
            f'sentinel auth-pass {MASTER} "{self.master.password}"\n'
            f"sentinel down-after-milliseconds {MASTER} 1000\n"
            f"sentinel failover-timeout {MASTER} 5000\n"
        )
        command = ["redis-server", str(file), "--sentinel"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: self._known_replicas() == replicas, "a Sentinel", seconds=150)

    def _listening(self) -> str:
        if self.authority is None:
            return f"port {self.port}\n"
        folder = self.authority.folder
        return (
            f"port 0\ntls-port {self.port}\ntls-auth-clients no\ntls-replication yes\n"
            f"tls-cert-file {folder}/redis.crt\ntls-key-file {folder}/redis.key\n"
            f"tls-ca-cert-file {folder}/ca.crt\n"
        )

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def _known_replicas(self) -> int | None:
        secure = self.authority is not None
        client: Any = redis.Redis(
            "localhost", self.port, password=self.password, ssl=secure, ssl_cert_reqs="none"
        )
        try:
            return int(client.sentinel_master(MASTER)["num-slaves"])
        except redis.RedisError:
            return None


@contextmanager
def mute_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        over = threading.Event()

        def take() -> None:
            while not over.is_set():
                try:
                    taken.append(listening.accept()[0])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            over.set()
            thread.join()
            for connection in taken:
                connection.close()
