"""Redis and PostgreSQL on free ports of loopback, and how many commands they carried out."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from processes import cpu_seconds, free_port, stop, wait_for_port


class Redis:
    """Counts all commands that Redis carried out, those inside scripts included."""

    def __init__(self, port, pid):
        self.port, self.pid = port, pid
        self.url = f"redis://127.0.0.1:{port}/0"

    def info(self, section):
        with socket.create_connection(("127.0.0.1", self.port)) as link, link.makefile("rb") as answer:
            link.sendall(f"INFO {section}\r\n".encode())
            text = answer.read(int(answer.readline()[1:])).decode()
        return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def commands(self):
        stats = self.info("commandstats")
        return sum(
            int(value.split(",")[0].removeprefix("calls="))
            for name, value in stats.items() if name != "cmdstat_info")

    def reads(self):
        """How often Redis found something sent: about one for each round trip."""
        return int(self.info("stats")["total_reads_processed"])

    def cpu(self):
        return cpu_seconds(self.pid)

    def bytes_used(self):
        return int(self.info("memory")["used_memory"])


class Postgres:
    """Counts all statements of clients, BEGIN and COMMIT among them."""

    def __init__(self, port, pid, programs):
        self.port, self.pid, self.programs = port, pid, programs
        self.url = f"jdbc:postgresql://127.0.0.1:{port}/postgres"
        self.counts = self.query("SELECT count(*) FROM pg_available_extensions"
                                 " WHERE name = 'pg_stat_statements'") == "1"
        if self.counts:
            self.query("CREATE EXTENSION pg_stat_statements")

    def query(self, statement):
        command = [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                   "-XAtqc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commands(self):
        return int(self.query("SELECT sum(calls) FROM pg_stat_statements")) if self.counts else None

    def reads(self):
        return None

    def cpu(self):
        return cpu_seconds(self.pid)

    def bytes_used(self):
        return int(self.query("SELECT pg_database_size('postgres')"))


@contextmanager
def redis():
    program = shutil.which("redis-server")
    if not program:
        raise LookupError("redis-server is not installed")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield Redis(port, process.pid)
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
    settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1",
                "max_connections=200"]
    if list(programs.parent.glob("lib/pg_stat_statements.so")):
        settings.append("shared_preload_libraries=pg_stat_statements")
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "db", "-U", "postgres", "-A", "trust"],
            check=True, stdout=subprocess.DEVNULL, **run)
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "db", *(part for s in settings for part in ("-c", s))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **run)
        try:
            wait_for_port(port, process)
            wait_until_ready(programs, port)
            yield Postgres(port, process.pid, programs)
        finally:
            stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_ready(programs, port):
    """It listens before it answers."""
    for _ in range(200):
        ready = subprocess.run(
            [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL)
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL does not answer")
