"""What it costs to free expired sessions, and whether other requests wait for it."""

import re
import tempfile
import time
import urllib.request
from dataclasses import dataclass

import fill
import load
import server
from client import new_session
from tables import Table, number

LIVE = 64
TOUCH, INTERVAL = 1, 1


@dataclass
class End:
    """To free one session: time in the store and CPU, in microseconds. p99 of reads, in ms."""

    purge: float
    server_cpu: float
    store_cpu: float
    before: float
    meanwhile: float


def measure(peer, count, seconds_to_fill, arguments, options):
    """Two times so many sessions expire, as fast as they were made: beside reads, then alone."""
    idle = 4 + int(2.5 * seconds_to_fill)
    settings = {"SESSION_IDLE_TIMEOUT": f"{idle}s", "SESSION_TOUCH_INTERVAL": f"{TOUCH}s",
                "PURGE_INTERVAL": f"{INTERVAL}s", "LOCAL_MAX_SESSIONS": 4_000_000}
    with server.running(peer, arguments.java_home, options, settings) as running:
        before, meanwhile = beside_reads(running, count, idle, arguments)
        begun = time.monotonic()
        took = fill.sessions(running, count, arguments.connections)
        if took > idle:
            raise RuntimeError(f"{count} sessions took {took:.0f} s to make, they lived {idle} s")
        wait_until(begun + idle)
        start = counted(running)
        wait_until(begun + took + idle + TOUCH + INTERVAL)
        wait_for_quiet(running)
        purge, server_cpu, store_cpu = ((b - a) / count * 1e6 for a, b in zip(start, counted(running)))
        print(f"{peer.name}, {count:,} expire: {purge:.2f} us each", flush=True)
        return End(purge, server_cpu, store_cpu, before.p99, meanwhile.p99)


def beside_reads(running, count, idle, arguments):
    """Reads of live sessions before any expire, and while others do."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("".join(new_session(running.base) + "\n" for _ in range(LIVE)))
        file.flush()

        def read(seconds):
            return load.measure(
                running, "/get_session", seconds, arguments.connections, file.name, settle=False)

        read(arguments.warmup)
        before = read(arguments.seconds)
        begun = time.monotonic()
        took = fill.sessions(running, count, arguments.connections)
        # The live ones would expire with the rest if nobody read them.
        while time.monotonic() < begun + idle + TOUCH:
            read(1)
        meanwhile = read(max(2, int(took) + INTERVAL))
        wait_for_quiet(running)
        return before, meanwhile


def counted(running):
    """Seconds so far: in the store for purges, of CPU in the server, of CPU in the store."""
    return purges(running)[1], running.cpu(), running.store.cpu() if running.store else 0.0


def purges(running):
    """How often the service purged, and the seconds that it took."""
    with urllib.request.urlopen(running.management + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return [float(re.search(rf'^statekeep_store_calls_seconds_{what}{{verb="purge"}} (\S+)', text, re.M).group(1))
            for what in ("count", "sum")]


def wait_until(moment):
    time.sleep(max(0.0, moment - time.monotonic()))


def wait_for_quiet(running, most=300):
    """Until purges come only at their interval."""
    calls, deadline = purges(running)[0], time.monotonic() + most
    while time.monotonic() < deadline:
        time.sleep(3 * INTERVAL)
        before, calls = calls, purges(running)[0]
        if calls - before <= 4:
            return


def table(name, ends):
    rows = [[f"{count:,}", number(end.purge, 2), number(end.server_cpu, 2), number(end.store_cpu, 2),
             number(end.before, 2), number(end.meanwhile, 2)] for count, end in ends.items()]
    return Table(
        f"{name}: expiry",
        "Sessions expire as fast as they were made. To free one of them: time in the store by the service's own"
        " metrics, and CPU time of all that server and store did meanwhile. p99 of reads of"
        f" {LIVE} live sessions before any expired, and while they were freed.",
        ["sessions", "purge us", "server us", "store us", "p99 before ms", "p99 meanwhile ms"], rows)
