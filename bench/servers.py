"""Servers on free ports of loopback: started for one run, stopped with it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def tree(pid):
    """A process and all that it started."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            todo += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid):
    """CPU time of a process and all that it started, in seconds."""
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / CLOCK_TICKS


def resident_mebibytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def stop(process, how=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def redis(durable=False):
    program = shutil.which("redis-server")
    if not program:
        raise LookupError("redis-server is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        settings += ["--appendonly", "yes", "--appendfsync", "always"] if durable else []
        process = subprocess.Popen([program, *settings], stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield f"redis://127.0.0.1:{port}/0", process.pid
        finally:
            stop(process)


def postgres_programs():
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if not found:
        raise LookupError("PostgreSQL's server programs are not installed")
    return Path(found).parent


@contextmanager
def postgres():
    programs = postgres_programs()
    port = free_port()
    folder = Path(tempfile.mkdtemp())
    # PostgreSQL does not run as root.
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)
    run = dict(user=user, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, cwd=folder)
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "db", "-U", "postgres", "-A", "trust"],
            check=True, stdout=subprocess.DEVNULL, **run)
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "db", "-p", str(port), "-k", str(folder),
             "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **run)
        try:
            wait_for_port(port, process)
            # It listens before it answers.
            for _ in range(200):
                ready = subprocess.run(
                    [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)],
                    stdout=subprocess.DEVNULL)
                if ready.returncode == 0:
                    break
                time.sleep(0.05)
            yield f"jdbc:postgresql://127.0.0.1:{port}/postgres", process.pid
        finally:
            stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch(url, cookie=None):
    """One request: status, body, and the session cookie that was set, if one was."""
    request = urllib.request.Request(url)
    if cookie:
        request.add_header("Cookie", cookie)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            lines = answer.headers.get_all("Set-Cookie") or []
            return answer.status, answer.read().decode(), lines[0].split(";")[0] if lines else None
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), None


@contextmanager
def java(jar, settings, options=(), folder=None):
    """A node of the service: its port, its process id and the seconds to its first answer."""
    port, management = free_port(), free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("STATEKEEP_")}
    environment |= {
        "STATEKEEP_HTTP_PORT": str(port),
        "STATEKEEP_MANAGEMENT_PORT": str(management),
        **{f"STATEKEEP_{name}": value for name, value in settings.items()},
    }
    home = Path(folder or tempfile.mkdtemp())
    log = open(home / "log", "w")
    begun = time.monotonic()
    program = Path(os.environ["JAVA_HOME"]) / "bin/java" if "JAVA_HOME" in os.environ else "java"
    process = subprocess.Popen(
        [program, *options, "-jar", Path(jar).resolve()], cwd=home, env=environment, stdout=log,
        stderr=subprocess.STDOUT)
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError((home / "log").read_text())
            try:
                if fetch(f"http://127.0.0.1:{port}/plain")[0] == 200:
                    break
            except OSError:
                time.sleep(0.005)
        yield port, process.pid, time.monotonic() - begun
    finally:
        stop(process)
        log.close()
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)
