"""Load by wrk, and what it cost."""

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

FOLDER = Path(__file__).resolve().parent


@dataclass
class Sample:
    """One run of wrk.

    Times in milliseconds; CPU in microseconds, commands and reads a request; `late` are the seconds
    for which the store was still busy with what had been answered.
    """

    requests: int
    rate: float
    p50: float
    p99: float
    errors: int
    server_cpu: float
    store_cpu: Optional[float] = None
    commands: Optional[float] = None
    reads: Optional[float] = None
    late: Optional[float] = None
    lost: int = 0

    @property
    def stored(self):
        """Requests a second, as far as the store had done what they asked for."""
        return self.rate and self.requests / (self.requests / self.rate + (self.late or 0))


def wrk(script, url, seconds, connections, arguments):
    """Runs wrk: what the script's last line tells, as numbers."""
    program = shutil.which("wrk")
    if not program:
        raise SystemExit("wrk is not installed")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", FOLDER / script, url, "--"]
    ran = subprocess.run([*command, *map(str, arguments)], check=True, capture_output=True, text=True)
    line = re.search(r"RESULT (.*)", ran.stdout)
    if not line:
        raise RuntimeError(f"wrk told no result: {ran.stdout}{ran.stderr}")
    return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", line.group(1))}


def measure(server, path, seconds, connections, cookies="-", settle=True):
    """One sample of a path; `cookies` is a file of them, sent by turns.

    It ends when the store has settled, or with the load if nobody asks how late that was.
    """
    before = counters(server)
    told = wrk("load.lua", server.base + path, seconds, connections, [cookies])
    after, late = settled(server) if server.store and settle else (counters(server), None)
    spent = {name: value - before[name] for name, value in after.items()}
    requests = max(1, told["requests"])
    return Sample(
        requests=told["requests"],
        rate=told["requests"] / told["duration"] * 1e6,
        p50=told["p50"] / 1000,
        p99=told["p99"] / 1000,
        errors=told["status"] + told["socket"] + told["timeout"],
        server_cpu=spent["server"] / requests * 1e6,
        store_cpu=spent["store"] / requests * 1e6 if "store" in spent else None,
        commands=spent["commands"] / requests if "commands" in spent else None,
        reads=spent["reads"] / requests if "reads" in spent else None,
        late=late,
    )


def settled(server, most=30.0, quiet=1.0):
    """Waits until the store has had little to do for a second: what was counted until then, and the seconds."""
    begun = busy = now = time.monotonic()
    found = last = counters(server)
    while now < busy + quiet and now < begun + most:
        time.sleep(0.1)
        before, last, now = last, counters(server), time.monotonic()
        # What asks for the count is counted, too, and a purge or a ping may come.
        if last.get("commands", 0) - before.get("commands", 0) > 25:
            busy, found = now, last
    return found, busy - begun


def counters(server):
    """What servers count up; without a store, or where it cannot tell, less."""
    found = {"server": server.cpu()}
    if server.store:
        found |= {"store": server.store.cpu(), "commands": server.store.commands(),
                  "reads": server.store.reads()}
    return {name: value for name, value in found.items() if value is not None}
