#!/usr/bin/env python3
"""What single operations cost, by JMH: tokens, cookies, deltas, the local store."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
import server
from peers import FOLDER, ROOT
from tables import Table, around, facts, number, rewrite

MARK = "bench/small.py"
PROJECT = FOLDER / "jmh"
JAR = PROJECT / "target/benchmarks.jar"


def main():
    arguments = parse()
    if arguments.write:
        around(arguments.write, MARK)
    # The installed jar is the one that is measured: both are made anew.
    for project, goal in ((ROOT, "install"), (PROJECT, "package")):
        print(f"building {project.name}", flush=True)
        subprocess.run(["mvn", "-B", "-q", "-ntp", "-DskipTests", goal], cwd=project, check=True)
    described = machine.describe(ROOT, arguments.java_home, [])
    setting = {name: described[name] for name in ("date", "Statekeep", "machine", "JDK")}
    table = Table(
        "Single operations",
        "Mean time and its error of 99.9 %, in nanoseconds; bytes that one allocates.",
        ["", "ns", "error ns", "bytes"], [row(one) for one in measure(arguments)])
    if arguments.write:
        rewrite(arguments.write, MARK, [facts(setting), table.markdown()])
    print("\n" + facts(setting) + "\n\n" + table.text())


def measure(arguments):
    with tempfile.NamedTemporaryFile("r", suffix=".json") as found:
        subprocess.run([server.program(arguments.java_home), "-jar", JAR, "-prof", "gc", "-rf", "json",
                        "-rff", found.name, arguments.pattern], check=True)
        return json.load(found)


def row(one):
    name = one["benchmark"].rsplit(".", 1)[1]
    kind = "".join(f", {key} {value}" for key, value in one.get("params", {}).items())
    time, heap = one["primaryMetric"], one["secondaryMetrics"]["gc.alloc.rate.norm"]
    return [name + kind, number(time["score"]), number(time["scoreError"]), number(heap["score"])]


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pattern", nargs="?", default=".*", help="which benchmarks: a regular expression (all)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK ($JAVA_HOME)")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the table of a document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
