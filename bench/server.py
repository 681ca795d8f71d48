"""A built jar as a process."""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import processes
from client import fetch


@dataclass
class Server:
    """A running server; `start` is the seconds from its exec to its first answer."""

    base: str
    management: str
    pid: int
    start: float
    store: Any = None
    log: Optional[Path] = None

    def cpu(self):
        return processes.cpu_seconds(self.pid)

    def resident(self):
        return processes.resident_mebibytes(self.pid)


def program(java_home, name="java"):
    return str(Path(java_home) / "bin" / name) if java_home else name


def build(project, jar):
    """Packages a Maven project whose jar is older than its sources, or missing."""
    sources = [project / "pom.xml", *(p for p in (project / "src/main").rglob("*") if p.is_file())]
    if jar.exists() and jar.stat().st_mtime >= max(p.stat().st_mtime for p in sources):
        return
    print(f"building {project.name}", flush=True)
    subprocess.run(["mvn", "-B", "-q", "-ntp", "-DskipTests", "package"], cwd=project, check=True)


@contextmanager
def running(peer, java_home, options, settings=None):
    """A peer with a fresh store; `settings` go over those of the service."""
    if peer.store is None:
        with java(peer, None, java_home, options, settings or {}) as server:
            yield server
    else:
        with peer.store() as store, java(peer, store, java_home, options, settings or {}) as server:
            yield server


@contextmanager
def java(peer, store, java_home, options, settings):
    port, management = processes.free_port(), processes.free_port()
    arguments, more = peer.start(port, management, store.url if store else None)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STATEKEEP_")} | more
    environment |= {f"STATEKEEP_{key}": str(value) for key, value in settings.items()}
    home = Path(tempfile.mkdtemp())
    with open(home / "log", "w") as log:
        begun = time.monotonic()
        process = subprocess.Popen(
            [program(java_home), *options, "-jar", peer.jar, *map(str, arguments)],
            cwd=home, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for_answer(base + "/plain", process, home / "log")
            yield Server(base, f"http://127.0.0.1:{management}", process.pid, time.monotonic() - begun, store,
                         home / "log")
        finally:
            processes.stop(process)
            shutil.rmtree(home, ignore_errors=True)


def wait_for_answer(url, process, log, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if fetch(url)[0] == 200:
            return
        time.sleep(0.005)
    raise RuntimeError(f"no answer from {url}:\n{log.read_text()}")
