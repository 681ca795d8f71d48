"""Many live sessions, and the memory that they take."""

import re
import subprocess
import time

import load
import server
from client import SET

MOST_COOKIES = 100_000
CHUNK = 20_000


def sessions(running, count, connections, cookies="-"):
    """Makes so many sessions: the seconds it took. A file takes cookies, evenly from them all."""
    begun = time.monotonic()
    every = max(1, count // MOST_COOKIES)
    left = count
    while left > 0:
        seconds = 1 if left < CHUNK else 4
        told = load.wrk("fill.lua", running.base + SET, seconds, connections, [left, cookies, every])
        if told["status"] or not told["requests"]:
            raise RuntimeError(f"new sessions were refused: {told}")
        left -= told["requests"]
    return time.monotonic() - begun


def bytes_used(running, java_home):
    """Memory in use where sessions live: the store's, or the heap after a full collection."""
    if running.store:
        return running.store.bytes_used()
    jcmd = server.program(java_home, "jcmd")
    subprocess.run([jcmd, str(running.pid), "GC.run"], check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run([jcmd, str(running.pid), "GC.heap_info"], check=True, capture_output=True, text=True)
    number, unit = re.search(r"\bused (\d+)([KMG])", told.stdout).groups()
    return int(number) * 1024 ** ("KMG".index(unit) + 1)
