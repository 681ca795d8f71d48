#!/usr/bin/env python3
"""How long a node takes from its exec to its first answer, and what it weighs when nobody asks it anything."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import machine
import processes
import server
from peers import ALL, ROOT
from tables import Table, around, facts, number, rewrite

MARK = "bench/start.py"
NODES = ["statekeep-local", "statekeep-embedded"]
# What the image says, and what a JVM decides by itself in a container of 512 MiB.
IMAGE = ["-XX:-UsePerfData", "-XX:MaxRAM=512m", "-XX:MaxRAMPercentage=60", "-XX:+UseSerialGC"]
# Of JDK 24 and later.
ACCESS = ["--sun-misc-unsafe-memory-access=allow"]
IDLE = 3


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    jar = ROOT / "target/statekeep.jar"
    server.build(ROOT, jar)
    setting = machine.describe(ROOT, arguments.java_home, IMAGE) | {
        "starts": f"{arguments.rounds} of each, medians; resident after {IDLE} s without a request"}
    with cache(jar, arguments.java_home) as found:
        variants = {"no cache": IMAGE}
        if found:
            variants["cache"] = [*IMAGE, *ACCESS, f"-XX:AOTCache={found}"]
        samples = {(node, name): [] for node in NODES for name in variants}
        # By turns, so that a slow minute meets all.
        for _ in range(arguments.rounds):
            for node, name in samples:
                samples[node, name].append(sample(ALL[node], arguments.java_home, variants[name]))
    table = Table(
        "Start", "Seconds from exec to the first answer; resident memory in MiB.",
        ["", "start s", "slowest s", "resident MiB"],
        [[f"{node}, {name}", number(statistics.median(s for s, _ in all_of), 2), number(max(s for s, _ in all_of), 2),
          number(statistics.median(r for _, r in all_of))] for (node, name), all_of in samples.items()])
    if arguments.write:
        rewrite(arguments.write, MARK, [facts(setting), table.markdown()])
    print("\n" + facts(setting) + "\n\n" + table.text())


def sample(peer, java_home, options):
    with server.running(peer, java_home, options) as node:
        time.sleep(IDLE)
        return node.start, node.resident()


@contextmanager
def cache(jar, java_home):
    """What a trial teaches the JVM, or nothing before JDK 25."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "statekeep.aot"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("STATEKEEP_")} | {
            "STATEKEEP_HTTP_PORT": "0", "STATEKEEP_MANAGEMENT_PORT": "0"}
        ran = subprocess.run(
            [server.program(java_home), *ACCESS, f"-XX:AOTCacheOutput={file}", "-jar", jar, "serve", "--trial"],
            cwd=folder, env=environment, capture_output=True, text=True)
        if not file.exists():
            print(f"no cache: {(ran.stdout + ran.stderr).strip().splitlines()[-1]}")
        yield file if file.exists() else None


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="starts of each (5)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK ($JAVA_HOME); the cache takes 25")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the table of a document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
