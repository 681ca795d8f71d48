"""Redis, PostgreSQL and MariaDB on free ports of loopback, and how many commands they carried out."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from processes import Program, cpu_seconds, free_port, stop


class Redis:
    """Counts all commands that Redis carried out, those inside scripts included."""

    def __init__(self, program):
        self.program, self.port = program, program.port
        self.url = f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self):
        return self.program.pid

    def crash(self):
        self.program.kill()

    def start(self):
        self.program.start()

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

    def connections(self):
        """Those of others."""
        return int(self.info("clients")["connected_clients"]) - 1

    def reads(self):
        """How often Redis found something sent: about one for each round trip."""
        return int(self.info("stats")["total_reads_processed"])

    def cpu(self):
        return cpu_seconds(self.pid)

    def bytes_used(self):
        return int(self.info("memory")["used_memory"])


class Postgres:
    """Counts all statements of clients, BEGIN and COMMIT among them."""

    def __init__(self, program, programs):
        self.program, self.port, self.programs = program, program.port, programs
        self.url = f"jdbc:postgresql://127.0.0.1:{self.port}/postgres"
        self.counts = self.query("SELECT count(*) FROM pg_available_extensions"
                                 " WHERE name = 'pg_stat_statements'") == "1"
        if self.counts:
            self.query("CREATE EXTENSION pg_stat_statements")

    @property
    def pid(self):
        return self.program.pid

    def crash(self):
        """As `pg_ctl -m immediate stop`: nothing is flushed, all sessions are cut."""
        self.program.kill(signal.SIGQUIT)

    def start(self):
        self.program.start()
        wait_until_ready(self.programs, self.port)

    def shell(self, *more):
        return [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-XAtq", *more]

    def query(self, statement):
        return subprocess.run(
            self.shell("-c", statement), check=True, capture_output=True, text=True).stdout.strip()

    def connections(self):
        return int(self.query("SELECT count(*) FROM pg_stat_activity"
                              " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"))

    def commands(self):
        return int(self.query("SELECT sum(calls) FROM pg_stat_statements")) if self.counts else None

    def reads(self):
        return None

    def cpu(self):
        return cpu_seconds(self.pid)

    def bytes_used(self):
        return int(self.query("SELECT pg_database_size('postgres')"))


class MariaDb:
    """Counts no statements."""

    def __init__(self, program):
        self.program, self.port = program, program.port
        self.url = f"jdbc:mariadb://127.0.0.1:{self.port}/statekeep"

    def cpu(self):
        return cpu_seconds(self.program.pid)

    def commands(self):
        return None

    def connections(self):
        told = subprocess.run(
            [installed("mariadb"), "--no-defaults", "-h127.0.0.1", f"-P{self.port}", "-uroot", "-BN", "-e",
             "SELECT count(*) - 1 FROM information_schema.processlist WHERE user = 'root'"],
            check=True, capture_output=True, text=True)
        return int(told.stdout)

    def crash(self):
        self.program.kill()

    def start(self):
        self.program.start()


@contextmanager
def running(program, how=signal.SIGTERM):
    """A program that is stopped in the end, whether it was started again or not."""
    try:
        program.start()
        yield program
    finally:
        stop(program.process, how)


def installed(*names):
    for name in names:
        found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
        if found:
            return found
    raise LookupError(f"{names[0]} is not installed")


@contextmanager
def redis(*options):
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [installed("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                   "--dir", folder, *options]
        with running(Program(command, port)) as program:
            yield Redis(program)


def postgres_programs():
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if not found:
        raise LookupError("PostgreSQL's server programs are not installed")
    return Path(found).parent


@contextmanager
def folder_of(account):
    """A temporary folder, and how to run as its owner: database servers do not run as root."""
    folder = Path(tempfile.mkdtemp())
    user = account if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    try:
        yield folder, dict(user=user, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(*more):
    programs = postgres_programs()
    port = free_port()
    with folder_of("postgres") as (folder, run):
        settings = [f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1",
                    "max_connections=200", *more]
        if list(programs.parent.glob("lib/pg_stat_statements.so")):
            settings.append("shared_preload_libraries=pg_stat_statements")
        subprocess.run(
            [programs / "initdb", "-D", folder / "db", "-U", "postgres", "-A", "trust"],
            check=True, stdout=subprocess.DEVNULL, **run)
        command = [programs / "postgres", "-D", folder / "db", *(part for s in settings for part in ("-c", s))]
        with running(Program(command, port, **run), signal.SIGINT) as program:
            wait_until_ready(programs, port)
            yield Postgres(program, programs)


@contextmanager
def mariadb():
    port = free_port()
    with folder_of("mysql") as (folder, run):
        subprocess.run(
            [installed("mariadb-install-db"), "--no-defaults", f"--datadir={folder}/db", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **run)
        command = [installed("mariadbd"), "--no-defaults", f"--datadir={folder}/db", f"--port={port}",
                   "--bind-address=127.0.0.1", f"--socket={folder}/socket"]
        with running(Program(command, port, **run)) as program:
            subprocess.run(
                [installed("mariadb"), "--no-defaults", f"--socket={folder}/socket", "-uroot",
                 "-e", "CREATE DATABASE statekeep"], check=True, **run)
            yield MariaDb(program)


def wait_until_ready(programs, port):
    """It listens before it answers."""
    for _ in range(200):
        ready = subprocess.run(
            [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL)
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL does not answer")
