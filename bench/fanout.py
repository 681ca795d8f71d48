#!/usr/bin/env python3
"""What one node's writes cost the others, which are told of each; and what nodes and copies cost by themselves."""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import fill
import load
import machine
import nodes
import processes
import server
import stores
from client import new_session
from peers import ROOT
from tables import Table, around, facts, number, rewrite

MARK = "bench/fanout.py"
STORES = {"redis": stores.redis, "postgres": stores.postgres, "mariadb": stores.mariadb}
SETTINGS = {"SESSION_TOUCH_INTERVAL": "1d", "LAYERED_MAX_BYTES": "512MiB"}
CHANGE, READ = "/update_session", "/get_session"
CONNECTIONS = 32
# What a table beyond the measured is computed for.
FLEETS, RATES = (2, 4, 10, 50), (100, 1_000, 10_000)


@dataclass
class Fleet:
    """Microseconds of CPU for each write: of the node that writes, of one that is told, of the store.

    `told_copies` is a node that holds a copy of each session that is written. Idle: microseconds of
    CPU each second, commands of the store each second and node. `connections` are the store's.
    """

    rate: float
    writer: float
    told: float = None
    told_copies: float = None
    store: float = None
    idle_node: float = None
    idle_store: float = None
    idle_commands: float = None
    connections: int = None
    copy: float = None


def measure(name, count, invalidation, arguments, options):
    with STORES[name]() as store:
        settings = SETTINGS | {"LAYERED_INVALIDATION": invalidation}
        with nodes.running([nodes.way(store)] * count, arguments.java_home, options, settings) as running, \
                tempfile.NamedTemporaryFile("r") as few, tempfile.NamedTemporaryFile("r") as many:
            writer, others = running[0], running[1:]
            for node in running:
                # The first requests of a process are slow ones.
                for _ in range(50):
                    new_session(node.base)
            fill.sessions(writer, 64, CONNECTIONS, few.name)
            fill.sessions(writer, arguments.sessions, CONNECTIONS, many.name)
            for node in running:
                load.measure(node, READ, 2, CONNECTIONS, few.name)
            load.measure(writer, CHANGE, arguments.warmup, CONNECTIONS, few.name)
            found = write(writer, others, store, arguments.seconds, few.name)
            if others:
                found.copy = copy_cost(others[0], arguments, many.name)
                settle(others[0])
                # Sessions are written by turns: each write is to find a copy.
                once = max(1, int(arguments.sessions / found.rate))
                found.told_copies = write(writer, others[:1], store, once, many.name).told
            idle(found, running, store, arguments.idle)
            found.connections = store.connections()
            print(f"{label((name, count, invalidation))}: {found.rate:,.0f} writes/s,"
                  f" {number(found.told, 2)} us for each on a node that is told", flush=True)
            return found


def write(writer, others, store, seconds, cookies):
    before = [node.cpu() for node in others]
    spent = store.cpu()
    sample = load.measure(writer, CHANGE, seconds, CONNECTIONS, cookies)
    told = [(node.cpu() - cpu) / sample.requests * 1e6 for node, cpu in zip(others, before)]
    return Fleet(sample.rate, sample.server_cpu, sum(told) / len(told) if told else None,
                 store=(store.cpu() - spent) / sample.requests * 1e6)


def copy_cost(node, arguments, cookies):
    """Heap of a copy: that of the node before and after it read all sessions."""
    before = fill.bytes_used(node, arguments.java_home)
    seconds = 2
    # Each run begins with the first session.
    while load.measure(node, READ, seconds, CONNECTIONS, cookies).requests < arguments.sessions:
        seconds *= 2
    return (fill.bytes_used(node, arguments.java_home) - before) / arguments.sessions


def settle(node, most=15):
    """Until the compiler has done what it saw to do."""
    for _ in range(most):
        before = node.cpu()
        time.sleep(1)
        if node.cpu() - before < 0.03:
            return


def idle(found, running, store, seconds):
    settle(running[0])
    before = [node.cpu() for node in running], store.cpu(), store.commands()
    time.sleep(seconds)
    # What asks for the count is a command, too, or a statement.
    commands = store.commands()
    nodes_cpu = sum(node.cpu() - cpu for node, cpu in zip(running, before[0]))
    found.idle_node = nodes_cpu / len(running) / seconds * 1e6
    found.idle_store = (store.cpu() - before[1]) / len(running) / seconds * 1e6
    found.idle_commands = None if commands is None else (commands - before[2] - 1) / len(running) / seconds


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    options = arguments.java_options.split()
    server.build(ROOT, ROOT / "target/statekeep.jar")
    setting = machine.describe(ROOT, arguments.java_home, options) | {
        "load": f"wrk -t1 -c{CONNECTIONS} -d{arguments.seconds}s of {CHANGE} on one node; the others have no requests",
        "sessions": f"{arguments.sessions:,}, each a number, a name and a text of 200 bytes"}
    found = {}
    for name in arguments.stores:
        for count in arguments.nodes:
            for invalidation in ("none", "auto") if count == 2 else ("auto",):
                try:
                    found[name, count, invalidation] = measure(name, count, invalidation, arguments, options)
                except (LookupError, RuntimeError) as cause:
                    print(f"{label((name, count, invalidation))}: left out, {cause}", flush=True)
    tables = [writes(found), idleness(found), beyond(found)]
    if arguments.write:
        rewrite(arguments.write, MARK, [facts(setting), *(table.markdown() for table in tables)])
    print("\n" + facts(setting) + "\n")
    print("\n\n".join(table.text() for table in tables))


def label(key):
    name, count, invalidation = key
    return f"{name}, {count} node{'s' if count > 1 else ''}" + (", no channel" if invalidation == "none" else "")


def writes(found):
    return Table(
        "A write, and what the others are told of it",
        "Measured. Microseconds of CPU for each write: on the node that writes, on each other node, which is only told"
        " of it, with a copy of the session and without one, and in the store. Where there is no channel, what the"
        " others spend is what a process costs by itself.",
        ["", "writes/s", "writer us", "told, copy us", "told, none us", "store us"],
        [[label(key), number(one.rate), number(one.writer, 1), number(one.told_copies, 2), number(one.told, 2),
          number(one.store, 1)] for key, one in found.items()])


def idleness(found):
    return Table(
        "A node without requests, and a copy",
        "Measured. CPU each second of a node, and for each node in the store, in microseconds; commands, or statements,"
        " each second and node; connections of all nodes to the store after the load; heap of a copy, in bytes.",
        ["", "node us/s", "store us/s", "commands/s", "connections", "copy bytes"],
        [[label(key), number(one.idle_node), number(one.idle_store), number(one.idle_commands, 1),
          number(one.connections), number(one.copy)] for key, one in found.items()])


def beyond(found):
    """Largest measured fleet with a channel of each store, extended."""
    largest = {name: one for (name, count, invalidation), one in found.items()
               if invalidation == "auto" and one.told is not None}
    rows = [[f"{name}, {fleet} nodes", *(f"{rate * (fleet - 1):,} / {one.told * rate / 1e4:.2f} %" for rate in RATES),
             number(1e6 / one.told if one.told > 0 else None)]
            for name, one in largest.items() for fleet in FLEETS]
    return Table(
        "More nodes and writes than one machine has",
        "Computed from the cost of being told, as measured with the most nodes above. For so many writes a second of all"
        " nodes together: messages a second in all, and the share of one core that they cost each node. Last: the writes"
        " a second at which a node would spend one core on being told.",
        ["", *(f"{rate:,} writes/s" for rate in RATES), "a core at"], rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=lambda text: text.split(","), default=["redis", "postgres"],
                        help="comma list of: " + ", ".join(STORES))
    parser.add_argument("--nodes", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2, 4],
                        help="comma list of numbers of nodes (1,2,4)")
    parser.add_argument("--sessions", type=int, default=50_000, help="with copies on a second node (50000)")
    parser.add_argument("--seconds", type=int, default=5, help="length of one sample (5)")
    parser.add_argument("--warmup", type=int, default=5, help="seconds before it (5)")
    parser.add_argument("--idle", type=int, default=10, help="seconds without requests (10)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK of the nodes ($JAVA_HOME)")
    parser.add_argument("--java-options", default="-Xmx1g", help="flags of the nodes (-Xmx1g)")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the tables of a document")
    arguments = parser.parse_args()
    if set(arguments.stores) - set(STORES):
        parser.error(f"--stores takes {', '.join(STORES)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
