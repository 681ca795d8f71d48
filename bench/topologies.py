"""Redis as several servers: Sentinel, Cluster."""

import random
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import stores
from processes import Program, free_port

# A server is given up after this long; the defaults, 30 s and 15 s, are longer than a demonstration should be.
DOWN_AFTER = 1.0
NODE_TIMEOUT = 2.0


class Group:
    """Servers of Redis, one of them with the part of primary for the sessions that are looked at."""

    def __init__(self, way, servers):
        self.way, self.servers = way, servers
        self.victims = []

    def primaries(self):
        return [one for one in self.servers if one.info("replication")["role"] == "master"]

    def replica_of(self, primary):
        for one in self.servers:
            told = one.info("replication")
            if told["role"] == "slave" and int(told["master_port"]) == primary.port:
                return one
        raise RuntimeError("a primary without a replica")

    def crash(self):
        """Kills a primary."""
        self.victims = [self.primaries()[0]]
        self.victims[0].crash()

    def crash_with_replica(self):
        primary = self.primaries()[0]
        self.victims = [primary, self.replica_of(primary)]
        for one in self.victims:
            one.crash()

    def freeze(self):
        self.victims = [self.primaries()[0]]
        self.victims[0].program.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        for one in self.victims:
            one.program.process.send_signal(signal.SIGCONT)

    def start(self):
        for one in self.victims:
            one.start()

    def keys(self):
        """The keys of each primary, by its port."""
        return {one.port: scan(one) for one in self.primaries()}


def scan(server):
    told = subprocess.run(
        [stores.installed("redis-cli"), "-p", str(server.port), "--scan"], check=True, capture_output=True, text=True)
    return told.stdout.split()


def server(stack, port, *options):
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    command = [stores.installed("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
               "--appendonly", "yes", "--dir", folder, *options]
    return stores.Redis(stack.enter_context(stores.running(Program(command, port))))


@contextmanager
def sentinel():
    """One primary, two replicas, three sentinels."""
    with ExitStack() as stack:
        primary = server(stack, free_port())
        replicas = [server(stack, free_port(), "--replicaof", "127.0.0.1", str(primary.port)) for _ in range(2)]
        for one in replicas:
            until(lambda: one.info("replication")["master_link_status"] == "up")
        watchers = [watcher(stack, primary.port) for _ in range(3)]
        for port in watchers:
            until(lambda: agreed(port))
        urls = ",".join(f"redis://127.0.0.1:{port}/0" for port in watchers)
        yield Group({"LAYERED_BACKING": "redis", "REDIS_MODE": "sentinel", "REDIS_URL": urls,
                     "REDIS_MASTER_NAME": "mymaster"}, [primary, *replicas])


def watcher(stack, primary):
    port = free_port()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    (folder / "sentinel.conf").write_text("\n".join([
        f"port {port}", "bind 127.0.0.1", f"dir {folder}",
        f"sentinel monitor mymaster 127.0.0.1 {primary} 2",
        f"sentinel down-after-milliseconds mymaster {DOWN_AFTER * 1000:.0f}",
        "sentinel failover-timeout mymaster 5000", ""]))
    command = [stores.installed("redis-server"), folder / "sentinel.conf", "--sentinel"]
    stack.enter_context(stores.running(Program(command, port)))
    return port


def agreed(port):
    """Whether a sentinel knows the two others and both replicas."""
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(b"INFO sentinel\r\n")
        return b"slaves=2,sentinels=3" in link.recv(65536)


@contextmanager
def cluster():
    """Three primaries with a replica each; the rest goes on where a part is lost."""
    with ExitStack() as stack:
        servers = [server(stack, port_with_bus(), "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no",
                          "--cluster-node-timeout", f"{NODE_TIMEOUT * 1000:.0f}") for _ in range(6)]
        places = [f"127.0.0.1:{one.port}" for one in servers]
        subprocess.run(
            [stores.installed("redis-cli"), "--cluster", "create", *places, "--cluster-replicas", "1",
             "--cluster-yes"], check=True, stdout=subprocess.DEVNULL)
        for one in servers:
            until(lambda: one.info("replication").get("master_link_status", "up") == "up")
            until(lambda: knows_all(one))
        yield Group({"LAYERED_BACKING": "redis", "REDIS_MODE": "cluster",
                     "REDIS_URL": ",".join(f"redis://{place}/0" for place in places)}, servers)


def knows_all(one):
    with socket.create_connection(("127.0.0.1", one.port)) as link:
        link.sendall(b"CLUSTER INFO\r\n")
        told = link.recv(65536)
    return b"cluster_state:ok" in told and b"cluster_slots_ok:16384" in told and b"cluster_known_nodes:6" in told


def port_with_bus():
    """A free port whose companion, ten thousand above, is free, too."""
    while True:
        port = random.randint(20_000, 30_000)
        try:
            for one in (port, port + 10_000):
                socket.create_server(("127.0.0.1", one)).close()
            return port
        except OSError:
            continue


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError("servers of Redis do not find each other")
        time.sleep(0.1)
