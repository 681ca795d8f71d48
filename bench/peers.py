"""Who is measured: how each is started, and whom it is compared with."""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

import stores

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
PLAIN, READ, CHANGE, NEW, FORGED = "plain", "read", "change", "new", "forged"
# Others take a forged cookie for a new session, and would keep one for each request.
COMPARED = (PLAIN, READ, CHANGE, NEW)
LOADS = (*COMPARED, FORGED)


@dataclass(frozen=True)
class Peer:
    """A server over a store.

    `start` gives the arguments and the environment for a port and the store's URL; `against` names
    the peers that do the same work.
    """

    name: str
    project: Path
    jar: Path
    start: Callable
    store: Optional[Callable] = None
    loads: tuple = COMPARED
    against: tuple = field(default=())

    @property
    def ours(self):
        return self.project == ROOT


def statekeep(name, settings, store=None, against=()):
    def start(port, management, url):
        found = settings | {"HTTP_PORT": port, "MANAGEMENT_PORT": management}
        if store:
            found["TOKEN_SIGNING_KEYS"] = base64.urlsafe_b64encode(os.urandom(32)).decode()
        if store is stores.redis:
            found["REDIS_URL"] = url
        if store is stores.postgres:
            found |= {"JDBC_URL": url, "JDBC_USER": "postgres"}
        return [], {f"STATEKEEP_{key}": str(value) for key, value in found.items()}

    return Peer(name, ROOT, ROOT / "target/statekeep.jar", start, store, LOADS, against)


def other(name, project, arguments, store=None, **more):
    folder = FOLDER / "peers" / project
    return Peer(name, folder, folder / "target/peer.jar",
                lambda port, _, url: (arguments(port, url), {}), store, **more)


def spring_redis(port, url):
    return [f"--server.port={port}", f"--spring.data.redis.url={url}"]


def spring_jdbc(port, url):
    return [f"--server.port={port}", f"--spring.datasource.url={url}", "--spring.datasource.username=postgres"]


LOCAL = ("vertx-web-local",)
REDIS = ("vertx-web-redis", "spring-webflux-redis")
JDBC = ("spring-mvc-jdbc",)

ALL = {peer.name: peer for peer in (
    statekeep("statekeep-local", {"STORE": "local"}, against=("vertx-bare", *LOCAL)),
    statekeep("statekeep-embedded", {"STORE": "layered"}, against=LOCAL),
    statekeep("statekeep-redis", {"STORE": "redis"}, stores.redis, against=REDIS),
    statekeep("statekeep-layered-redis", {"STORE": "layered", "LAYERED_BACKING": "redis"}, stores.redis,
              against=REDIS),
    statekeep("statekeep-postgres", {"STORE": "jdbc"}, stores.postgres, against=JDBC),
    statekeep("statekeep-layered-postgres", {"STORE": "layered"}, stores.postgres, against=JDBC),
    other("vertx-bare", "vertx-bare", lambda port, _: [port], loads=(PLAIN,)),
    other("vertx-web-local", "vertx-web", lambda port, _: [port]),
    other("vertx-web-redis", "vertx-web", lambda port, url: [port, url], stores.redis),
    other("spring-webflux-redis", "spring-webflux-redis", spring_redis, stores.redis),
    other("spring-mvc-jdbc", "spring-mvc-jdbc", spring_jdbc, stores.postgres),
)}
