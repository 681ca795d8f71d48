"""Load by wrk, and what it cost."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from servers import cpu_seconds

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


@dataclass
class Sample:
    """One run of wrk: rates in requests a second, times in milliseconds, CPU in microseconds a request."""

    rate: float
    p50: float
    p99: float
    errors: int
    server_cpu: float
    store_cpu: float


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def wrk(url, seconds, connections, cookie, server_pid, store_pid):
    program = shutil.which("wrk")
    if not program:
        raise SystemExit("wrk is not installed")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Cookie: {cookie}"] if cookie else []
    server, store = cpu_seconds(server_pid), cpu_seconds(store_pid) if store_pid else 0.0
    output = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
    server = cpu_seconds(server_pid) - server
    store = (cpu_seconds(store_pid) if store_pid else 0.0) - store
    requests = int(re.search(r"(\d+) requests in", output).group(1))
    errors = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", output))
    errors += sum(
        int(n) for line in re.findall(r"Socket errors: (.*)", output) for n in re.findall(r"\d+", line))
    return Sample(
        rate=float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)),
        p50=milliseconds(re.search(r"50%\s+(\S+)", output).group(1)),
        p99=milliseconds(re.search(r"99%\s+(\S+)", output).group(1)),
        errors=errors,
        server_cpu=server / max(1, requests) * 1e6,
        store_cpu=store / max(1, requests) * 1e6,
    )
