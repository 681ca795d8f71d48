#!/usr/bin/env python3
"""What sessions cost as they become many: reads, changes, memory, expiry; and as connections do."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import curves
import expiry
import fill
import load
import machine
import processes
import server
from peers import ALL, ROOT
from tables import Table, around, facts, image, number, rewrite

MARK = "bench/scaling.py"
SESSIONS = (1_000, 10_000, 100_000, 1_000_000)
CONNECTIONS = (1, 4, 16, 64, 256, 1024, 4096)
PATHS = {"read": "/get_session", "change": "/update_session"}
# Reads stay reads, and no limit of the local store is met.
SETTINGS = {"SESSION_TOUCH_INTERVAL": "1d", "LOCAL_MAX_SESSIONS": 4_000_000}


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    options = arguments.java_options.split()
    setting = machine.describe(ROOT, arguments.java_home, options) | {
        "load": f"wrk -t1 -d{arguments.seconds}s after {arguments.warmup} s"}
    server.build(ROOT, ROOT / "target/statekeep.jar")
    tables, plots = [], []
    for name in arguments.only:
        try:
            found = measure(ALL[name], arguments, options)
        except (LookupError, RuntimeError) as cause:
            print(f"{name}: left out, {cause}", flush=True)
            continue
        tables += peer_tables(name, arguments, *found)
        plots += plot(name, arguments.plots, *found) if arguments.plots else []
    if arguments.write:
        rewrite(arguments.write, MARK, [
            facts(setting), *(table.markdown() for table in tables),
            *(image(arguments.write, file, file.stem.replace("-", " ")) for file in plots)])
    print("\n" + facts(setting) + "\n")
    print("\n\n".join(table.text() for table in tables))


def measure(peer, arguments, options):
    sizes = {count: by_sessions(peer, count, arguments, options) for count in arguments.sizes}
    links = by_connections(peer, arguments, options)
    ends = {count: expiry.measure(peer, count, sizes[count]["took"], arguments, options)
            for count in arguments.sizes}
    return sizes, links, ends


def peer_tables(name, arguments, sizes, links, ends):
    return [load_table(f"{name}: live sessions", "sessions", sizes,
                       f"{arguments.connections} connections; reads and changes of up to {fill.MOST_COOKIES:,}"
                       " sessions by turns, evenly taken from all. Bytes: heap after a full collection, or the"
                       " store's own count of its memory, by session."),
            load_table(f"{name}: connections", "connections", links,
                       f"{min(arguments.sizes):,} live sessions."),
            expiry.table(name, ends)]


def plot(name, folder, sizes, links, ends):
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for axis, found in (("sessions", sizes), ("connections", links)):
        for figure, title in (("rate", "requests a second"), ("p99", "p99, ms")):
            files.append(folder / f"{name}-{axis}-{figure}.svg")
            files[-1].write_text(curves.draw(
                f"{name}: {title}", axis, list(found),
                {load: [getattr(one[load], figure) for one in found.values()] for load in PATHS}))
    files.append(folder / f"{name}-expiry.svg")
    files[-1].write_text(curves.draw(
        f"{name}: time to free an expired session, us", "sessions", list(ends),
        {"in the store": [end.purge for end in ends.values()]}))
    return files


def by_sessions(peer, count, arguments, options):
    with server.running(peer, arguments.java_home, options, SETTINGS) as running, \
            tempfile.NamedTemporaryFile("r") as cookies:
        # What is loaded and cached at first use is not a session's.
        fill.sessions(running, 100, arguments.connections)
        load.measure(running, PATHS["read"], 1, arguments.connections)
        before = fill.bytes_used(running, arguments.java_home)
        took = fill.sessions(running, count, arguments.connections, cookies.name)
        each = (fill.bytes_used(running, arguments.java_home) - before) / count
        # The heap moves by more than a thousand sessions weigh.
        each = each if running.store or count >= 10_000 else None
        found = loads(running, arguments, arguments.connections, cookies.name)
        show(peer, f"{count:,} sessions", found, f", {number(each)} bytes each")
        return found | {"bytes": each, "took": took}


def by_connections(peer, arguments, options):
    with server.running(peer, arguments.java_home, options, SETTINGS) as running, \
            tempfile.NamedTemporaryFile("r") as cookies:
        fill.sessions(running, min(arguments.sizes), 64, cookies.name)
        found = {}
        for connections in arguments.links:
            found[connections] = loads(running, arguments, connections, cookies.name)
            show(peer, f"{connections} connections", found[connections])
        return found


def loads(running, arguments, connections, cookies):
    found = {}
    for name, path in PATHS.items():
        load.measure(running, path, arguments.warmup, connections, cookies)
        found[name] = load.measure(running, path, arguments.seconds, connections, cookies)
    return found


def show(peer, what, found, more=""):
    rates = ", ".join(f"{name} {found[name].rate:,.0f}" for name in PATHS)
    print(f"{peer.name}, {what}: {rates}{more}", flush=True)


def load_table(title, axis, found, about):
    figures = (("rate", 0), ("p50", 2), ("p99", 2), ("server_cpu", 1), ("errors", 0))
    heads = ("/s", " p50 ms", " p99 ms", " server us", " errors")
    sized = "bytes" in next(iter(found.values()))
    rows = [[f"{x:,}", *(number(getattr(one[name], figure), digits) for name in PATHS for figure, digits in figures),
             *([number(one["bytes"])] if sized else [])] for x, one in found.items()]
    return Table(title, about, [axis, *(name + head for name in PATHS for head in heads),
                                *(["bytes"] if sized else [])], rows)


def numbers(text):
    return [int(part) for part in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    ours = [name for name, peer in ALL.items() if peer.ours]
    parser.add_argument("--only", type=lambda text: text.split(","), default=["statekeep-local", "statekeep-redis"],
                        help="comma list of: " + ", ".join(ours))
    parser.add_argument("--sizes", type=numbers, default=SESSIONS, help="comma list of live sessions")
    parser.add_argument("--links", type=numbers, default=CONNECTIONS, help="comma list of connections")
    parser.add_argument("--connections", type=int, default=64, help="while sessions are varied (64)")
    parser.add_argument("--seconds", type=int, default=5, help="length of one sample (5)")
    parser.add_argument("--warmup", type=int, default=5, help="seconds before it (5)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK ($JAVA_HOME)")
    parser.add_argument("--java-options", default="-Xmx4g", help="room for all sessions (-Xmx4g)")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draws SVG files there")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the tables of a document")
    arguments = parser.parse_args()
    if set(arguments.only) - set(ours):
        parser.error(f"--only takes {', '.join(ours)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
