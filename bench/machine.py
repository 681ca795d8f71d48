"""Where figures come from: machine, versions, date."""

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import server
import stores


def first_line(*command):
    try:
        ran = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not installed"
    return (ran.stdout + ran.stderr).strip().splitlines()[0]


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return os.uname().machine


def memory_gibibytes():
    kibibytes = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1)
    return int(kibibytes) / 1024 ** 2


def postgres_version():
    try:
        return first_line(stores.postgres_programs() / "postgres", "--version")
    except LookupError as missing:
        return str(missing)


def commit(root):
    return first_line("git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12")


def describe(root, java_home, options):
    """Named facts, in the order in which they are shown."""
    redis = re.search(r"v=(\S+)", first_line(shutil.which("redis-server") or "redis-server", "--version"))
    return {
        "date": date.today().isoformat(),
        "Statekeep": commit(root),
        "machine": f"{len(os.sched_getaffinity(0))} cores of {processor()}, {memory_gibibytes():.0f} GiB,"
                   f" Linux {os.uname().release}",
        "JDK": first_line(server.program(java_home), "-version"),
        "JVM flags of every server": " ".join(options),
        "Redis": redis.group(1) if redis else "not installed",
        "PostgreSQL": postgres_version(),
        "wrk": first_line("wrk", "-v").split(" Copyright")[0],
    }


def versions(project):
    """The versions that a project's pom pins."""
    text = (project / "pom.xml").read_text()
    found = re.findall(r"<((?:vertx|netty)[\w.]*)\.version>([^<]+)<", text)
    boot = re.search(r"spring-boot-starter-parent</artifactId>\s*<version>([^<]+)<", text)
    return ", ".join(([f"spring-boot {boot.group(1)}"] if boot else []) + [f"{n} {v}" for n, v in found])
