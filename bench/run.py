#!/usr/bin/env python3
"""Measures Statekeep and its peers: server, store and wrk over loopback, one server at a time."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import bars
import client
import load
import machine
import processes
import report
import results
import server
from peers import ALL, CHANGE, FORGED, LOADS, NEW, PLAIN, READ, ROOT
from tables import around, facts, image, rewrite

MARK = "bench/run.py"
NEW_WARMUP = (1, 1)
PATHS = {PLAIN: "/plain", FORGED: "/get_session", READ: "/get_session", CHANGE: "/update_session", NEW: client.SET}


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    found = results.read(arguments.read) if arguments.read else run(arguments)
    if arguments.save:
        found.save(arguments.save)
    tables = report.tables(found)
    pictures = []
    if arguments.plot:
        arguments.plot.parent.mkdir(parents=True, exist_ok=True)
        arguments.plot.write_text(bars.draw(found))
    if arguments.plot and arguments.write:
        pictures = [image(arguments.write, arguments.plot, "Requests a second of each load")]
    if arguments.write:
        rewrite(arguments.write, MARK, [facts(found.setting), *pictures, *(table.markdown() for table in tables)])
    print("\n" + facts(found.setting) + "\n")
    print("\n\n".join(table.text() for table in tables))


def run(arguments):
    options = arguments.java_options.split()
    found = results.Results(machine.describe(ROOT, arguments.java_home, options) | {
        "load": f"wrk -t1 -c{arguments.connections} -d{arguments.seconds}s, {arguments.sessions} sessions by"
                f" turns, after {arguments.warmup} s of each load (new: -d{arguments.new_seconds}s after {sum(NEW_WARMUP)} s);"
                f" medians of {arguments.rounds} rounds"})
    chosen = [ALL[name] for name in arguments.only]
    for project in dict.fromkeys(peer.project for peer in chosen):
        jar = next(peer.jar for peer in chosen if peer.project == project)
        server.build(project, jar)
        if project != ROOT:
            found.setting[project.name] = machine.versions(project)
    left_out = {}
    for turn in range(arguments.rounds):
        for peer in chosen:
            if peer.name in left_out:
                continue
            try:
                found.add(peer.name, measure(peer, arguments, options))
                show(turn, peer.name, found.rounds[peer.name][-1])
            except (LookupError, RuntimeError) as cause:
                left_out[peer.name] = str(cause).splitlines()[0]
                print(f"{peer.name}: left out, {cause}", flush=True)
    if left_out:
        found.setting["left out"] = "; ".join(f"{name}, {cause}" for name, cause in left_out.items())
    return found


def measure(peer, arguments, options):
    """One round of one peer: start, check, warm up, load."""
    loads = [name for name in arguments.loads if name in peer.loads]
    with server.running(peer, arguments.java_home, options) as running, \
            tempfile.NamedTemporaryFile("w") as file, tempfile.NamedTemporaryFile("w") as forged:
        base, keeps = running.base, READ in peer.loads
        wrong = client.wrong_answers(base) if keeps else []
        alone, refused = client.increments(base, 1) if keeps else (0, 0)
        at_once, more_refused = client.increments(base, client.CLIENTS) if keeps else (0, 0)
        cookies = [client.new_session(base) for _ in range(arguments.sessions if keeps else 0)]
        file.write("".join(cookie + "\n" for cookie in cookies))
        file.flush()
        forged.write("".join(client.forged(cookie) + "\n" for cookie in cookies))
        forged.flush()
        sent = {FORGED: forged.name, READ: file.name, CHANGE: file.name}

        def sample(name, seconds):
            return load.measure(running, PATHS[name], seconds, arguments.connections, sent.get(name, "-"))

        def warm_up(name):
            for seconds in NEW_WARMUP if name == NEW else (arguments.warmup,):
                sample(name, seconds)

        for name in loads:
            # What only some peers do must not warm them up for the rest.
            if name != FORGED:
                warm_up(name)
        samples = {}
        for name in loads:
            if name == FORGED:
                warm_up(name)
            seconds = arguments.new_seconds if name == NEW else arguments.seconds
            before = counted(base, cookies) if name == CHANGE else 0
            samples[name] = sample(name, seconds)
            if name == CHANGE:
                done = samples[name].requests - samples[name].errors
                samples[name].lost = max(0, before + done + len(cookies) - counted(base, cookies))
        dead = sum(not client.alive(base, cookie) for cookie in cookies)
        return results.Round(running.start, running.resident(), wrong, alone, at_once,
                             refused + more_refused, dead, samples)


def counted(base, cookies):
    """All increments so far; counting adds one to each session."""
    return sum(client.count(base, cookie) for cookie in cookies)


def show(turn, name, one):
    rates = ", ".join(f"{load} {sample.rate:,.0f}" for load, sample in one.samples.items())
    print(f"round {turn + 1} {name}: {rates}", flush=True)
    for sentence in one.wrong:
        print(f"  {sentence}", flush=True)


def names(known):
    def read(text):
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return text.split(",")
    return read


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=names(ALL), default=list(ALL), help="comma list of: " + ", ".join(ALL))
    parser.add_argument("--loads", type=names(LOADS), default=list(LOADS),
                        help="comma list of: " + ", ".join(LOADS))
    parser.add_argument("--seconds", type=int, default=5, help="length of one sample (5)")
    # New sessions stay in memory, and so does what a server answers before it stores it: of many more in a row, 512 MiB
    # of heap would not be enough for each peer.
    parser.add_argument("--new-seconds", type=int, default=2, help="the same for new sessions, which stay in memory (2)")
    parser.add_argument("--warmup", type=int, default=10, help="seconds of each load before it (10)")
    parser.add_argument("--rounds", type=int, default=2, help="starts of each peer; medians count (2)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--sessions", type=int, default=64, help="live sessions that requests use by turns")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK of all servers ($JAVA_HOME)")
    parser.add_argument("--java-options", default="-Xmx512m", help="flags of all servers (-Xmx512m)")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the tables of a document")
    parser.add_argument("--save", type=Path, metavar="FILE.json", help="keeps all samples")
    parser.add_argument("--read", type=Path, metavar="FILE.json", help="shows kept samples, measures nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
