"""A Redis with replicas and Sentinels, all of it by TLS, whose master can be killed."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from support.redis_roles import MASTER, Authority
from support.servers import free_port, until

PASSWORD = "pass word/1"
WATCHWORD = "watch me"


@dataclass
class RedisFleet:
    """Several servers of one data set; the Sentinels fail over within seconds.

    Attributes:
        folder: what they write.
        replicas: beside the master. With two, one is left after a failover.
    """

    folder: Path
    authority: Authority
    replicas: int = 2
    sentinels: int = 3
    _running: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _watching: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The Sentinels, as Celery names them."""
        first, *others = self._watching
        login = f"sentinel://:pass%20word%2F1@localhost:{first}/0"
        return ";".join([login, *(f"sentinel://localhost:{port}" for port in others)])

    @property
    def environment(self) -> dict[str, str]:
        """The settings that the URL leaves open."""
        return {
            "REDIS_SENTINEL_MASTER": MASTER,
            "REDIS_SENTINEL_PASSWORD": WATCHWORD,
            "REDIS_CA_FILE": str(self.authority.folder / "ca.crt"),
        }

    def start(self) -> None:
        """Starts all; returns when each Sentinel knows all replicas and the others."""
        master = self._server()
        for _ in range(self.replicas):
            self._server("--replicaof", "localhost", str(master))
        self._watching = [self._sentinel(master) for _ in range(self.sentinels)]
        until(lambda: all(map(self._knows_all, self._watching)), "the Sentinels", 150)

    def stop(self) -> None:
        """Ends all."""
        for process in self._running.values():
            process.kill()
            process.wait(timeout=60)

    def kill_master(self) -> int:
        """Kills the server that the Sentinels name, and returns its port."""
        port = self.master()
        process = self._running.pop(port)
        process.kill()
        process.wait(timeout=60)
        return port

    def master(self) -> int:
        """The port of the server that a Sentinel names."""
        client: Any = self._client(self._watching[0], WATCHWORD)
        return int(client.sentinel_get_master_addr_by_name(MASTER)[1])

    def _server(self, *options: str) -> int:
        port = free_port()
        folder = self.folder / f"redis-{port}"
        folder.mkdir()
        secrets = ("--requirepass", PASSWORD, "--masterauth", PASSWORD)
        kept = ("--dir", str(folder), "--save", "", "--maxmemory-policy", "noeviction")
        # At once to the replicas: they are new, and a fork would be waited for.
        quick = ("--repl-diskless-sync-delay", "0", "--replica-announce-ip", "localhost")
        self._run(port, *self._tls(port), *secrets, *kept, *quick, *options)
        until(lambda: self._answers(port), f"redis on port {port}")
        return port

    def _sentinel(self, master: int) -> int:
        port = free_port()
        file = self.folder / f"sentinel-{port}.conf"
        tls = "".join(f"{name.removeprefix('--')} {value}\n" for name, value in self._pairs(port))
        file.write_text(
            f'{tls}requirepass "{WATCHWORD}"\n'
            "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"
            f'sentinel announce-ip localhost\nsentinel sentinel-pass "{WATCHWORD}"\n'
            f"sentinel monitor {MASTER} localhost {master} 2\n"
            f'sentinel auth-pass {MASTER} "{PASSWORD}"\n'
            f"sentinel down-after-milliseconds {MASTER} 1000\n"
            f"sentinel failover-timeout {MASTER} 10000\n"
        )
        self._run(port, str(file), "--sentinel")
        return port

    def _run(self, port: int, *words: str) -> None:
        self._running[port] = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)

    def _tls(self, port: int) -> list[str]:
        return [word for pair in self._pairs(port) for word in pair]

    def _pairs(self, port: int) -> list[tuple[str, str]]:
        folder = self.authority.folder
        return [
            ("--bind", "127.0.0.1"),
            ("--port", "0"),
            ("--tls-port", str(port)),
            ("--tls-replication", "yes"),
            ("--tls-auth-clients", "no"),
            ("--tls-cert-file", f"{folder}/redis.crt"),
            ("--tls-key-file", f"{folder}/redis.key"),
            ("--tls-ca-cert-file", f"{folder}/ca.crt"),
        ]

    def _client(self, port: int, password: str) -> "redis.Redis":
        ca = str(self.authority.folder / "ca.crt")
        return redis.Redis(
            "localhost", port, password=password, ssl=True, ssl_ca_certs=ca, socket_timeout=60
        )

    def _answers(self, port: int) -> bool:
        try:
            return bool(self._client(port, PASSWORD).ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def _knows_all(self, port: int) -> bool:
        client: Any = self._client(port, WATCHWORD)
        try:
            told = client.sentinel_master(MASTER)
        except redis.RedisError:
            return False
        seen = (told["num-slaves"], told["num-other-sentinels"])
        return seen == (self.replicas, self.sentinels - 1)
