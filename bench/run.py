#!/usr/bin/env python3
"""Measures Statekeep and its peers: server, store and wrk over loopback, one server after another, by turns."""

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import bars
import contender
import machine
import processes
import report
import results
import server
import warmup
from peers import ALL, FORGED, LOADS, NEW, ROOT
from tables import around, facts, image, rewrite

MARK = "bench/run.py"
# New sessions stay in memory, and so does what a server answers before it stores it: of many more, 512 MiB of heap
# would not be enough for each peer.
NEW_TURNS = 2


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
    found = results.Results(machine.describe(ROOT, arguments.java_home, arguments.java_options.split()) | {
        "load": f"wrk -t1 -c{arguments.connections} -d{arguments.seconds}s, {arguments.sessions} sessions by turns,"
                f" {arguments.turns} times (new: -d{arguments.new_seconds}s, {new_turns(arguments)} times), after each"
                f" load has run until the JVM's compilers rested, at most {arguments.warmup} s or {warmup.MOST_NEW:,} new"
                f" sessions in memory or {warmup.MOST_NEW_IN_STORE:,} in a store; rounds: {arguments.rounds}; medians"})
    chosen = [ALL[name] for name in arguments.only]
    for project in dict.fromkeys(peer.project for peer in chosen):
        jar = next(peer.jar for peer in chosen if peer.project == project)
        server.build(project, jar)
        if project != ROOT:
            found.setting[project.name] = machine.versions(project)
    left_out = {}
    for turn in range(arguments.rounds):
        for name, one in play([peer for peer in chosen if peer.name not in left_out], arguments, left_out).items():
            found.add(name, one)
            show(turn, name, one)
    if left_out:
        found.setting["left out"] = "; ".join(f"{name}, {cause}" for name, cause in left_out.items())
    return found


def play(peers, arguments, left_out):
    """One round: all peers run, one of them is loaded at a time, so that a slow moment of the machine meets all."""
    with ExitStack() as stack:
        contenders = {}

        def attempt(name, step):
            try:
                return step()
            except (LookupError, RuntimeError, OSError, subprocess.SubprocessError) as cause:
                left_out[name] = str(cause).partition("\n")[0]
                contenders.pop(name, None)
                print(f"{name}: left out, {cause}", flush=True)
                return None

        for peer in peers:
            print(f"{peer.name}: starts and warms up", flush=True)
            one = attempt(peer.name, lambda: stack.enter_context(contender.running(peer, arguments)))
            if one:
                contenders[peer.name] = one
        for loads, turns in order(arguments):
            for turn in range(turns):
                for load in loads:
                    for name, one in [*contenders.items()]:
                        if load in one.loads:
                            # What only some peers do must not warm them up for the rest.
                            attempt(name, lambda: one.sample(load, warms_up=load == FORGED and turn == 0))
        results_of = {name: attempt(name, one.result) for name, one in [*contenders.items()]}
        return {name: result for name, result in results_of.items() if result}


def order(arguments):
    """Groups of loads with the number of turns: those of a group are compared by what ran close together."""
    yield [load for load in arguments.loads if load not in (NEW, FORGED)], arguments.turns
    yield [load for load in arguments.loads if load == FORGED], arguments.turns
    # Last: what they leave fills the memory.
    yield [load for load in arguments.loads if load == NEW], new_turns(arguments)


def new_turns(arguments):
    return min(arguments.turns, NEW_TURNS)


def show(turn, name, one):
    rates = ", ".join(f"{load} {statistics.median(sample.rate for sample in all_of):,.0f}"
                      for load, all_of in one.samples.items())
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
    parser.add_argument("--seconds", type=int, default=2, help="length of one sample (2)")
    parser.add_argument("--new-seconds", type=int, default=2,
                        help="the same for new sessions, which stay in memory (2)")
    parser.add_argument("--turns", type=int, choices=range(1, 101), metavar="TURNS", default=5,
                        help=f"samples of each load in a round (5; new: at most {NEW_TURNS})")
    parser.add_argument("--warmup", type=int, default=40, help="most seconds that each load runs before it (40)")
    parser.add_argument("--rounds", type=int, default=2, help="starts of each peer (2)")
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
