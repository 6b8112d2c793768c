"""A Redis with the users of the chart's own one."""

from dataclasses import dataclass
from typing import Any

import redis
from stenofleet.celery_app import make_app
from stenofleet.settings import RedisSettings
from support.chart import OWN_POOL, Values, of_kind, render
from support.servers import RedisServer

LISTS = [{"key": "orders", "itemsPerTask": 100}]
VALUES: Values = {
    "flower": {"enabled": True, "basicAuthSecret": {"name": "flower"}},
    "workers": {"mail": {**OWN_POOL, "lists": LISTS}},
    "redis": {"workerKeys": ["~shop:*"]},
}
USERS = ("api", "beat", "flower", "operator", "worker")


def acl() -> dict[str, list[str]]:
    """The rights of each user, as in the file that Redis reads."""
    lines = of_kind(render(VALUES), "Secret")["redis"]["stringData"]["users.acl"].splitlines()
    return {line.split()[1]: line.split()[2:] for line in lines}


def password(user: str) -> str:
    """What the user logs in with."""
    return str(of_kind(render(VALUES), "Secret")[f"redis-{user}"]["stringData"]["password"])


@dataclass(frozen=True)
class Broker:
    """A Redis with the chart's users."""

    server: RedisServer

    def add_users(self) -> "Broker":
        """Makes them, as the chart's Redis reads them from its file."""
        admin: Any = self.server.client()
        for user, rights in acl().items():
            if user != "default":
                admin.execute_command("ACL", "SETUSER", user, "reset", *rights)
        admin.acl_log_reset()
        return self

    def url(self, user: str) -> str:
        return f"redis://{user}:{password(user)}@127.0.0.1:{self.server.port}/0"

    def client(self, user: str) -> Any:
        return redis.Redis.from_url(self.url(user), decode_responses=True, socket_timeout=60)

    def app(self, user: str) -> Any:
        return make_app(RedisSettings(redis_url=self.url(user)), f"of-{user}")

    def refused(self) -> list[str]:
        """What Redis refused to anybody so far."""
        log: Any = self.server.client().acl_log()
        return [f"{each['username']}: {each['object']}" for each in log]
