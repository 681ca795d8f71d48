"""Processes on loopback: started for one run, measured by /proc, stopped with it."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def prepare():
    """Once, before any server: when this program is told to end, it stops what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Thousands of connections need as many descriptors; children inherit the limit.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def tree(pid):
    """A process and all that it started."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").glob("*/children"):
                todo += [int(child) for child in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            # It ended while it was looked at.
            continue
    return found


def cpu_seconds(pid):
    """CPU time of a process and all that it started, those that ended included, in seconds."""
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # utime, stime, and both of the children that ended.
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / CLOCK_TICKS


def compiler_seconds(pid):
    """CPU time of a JVM's compilers that are alive, in seconds."""
    ticks = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name, fields = (task / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if name.startswith(("C1 Compiler", "C2 Compiler")):
            ticks += sum(int(field) for field in fields.split()[11:13])
    return ticks / CLOCK_TICKS


def resident_mebibytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Program:
    """A server on a port of its own, which can be killed and started again as it was."""

    def __init__(self, command, port, **run):
        self.command, self.port, self.run = command, port, run
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.run)
        wait_for_port(self.port, self.process)

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait()


def stop(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
