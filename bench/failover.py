#!/usr/bin/env python3
"""What nodes under load lose, answer and do again when a server of their store is killed."""

import argparse
import os
import re
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import history
import machine
import nodes
import processes
import server
import stores
import topologies
from history import ADD, CREATE, END, OK, REFUSED, SET, UNKNOWN
from peers import ROOT
from tables import Table, around, facts, number, rewrite

MARK = "bench/failover.py"
CLIENTS = 8
BEFORE, QUIET, AFTER, MOST = 5.0, 3.0, 3.0, 45.0
# What was acknowledged earlier than this before the fault must be there, whatever the engine.
WINDOW = 1.0
MAX_STALE, TIMEOUT = 2.0, 2.0


@dataclass
class Scenario:
    """A store and what is done to it: acts at seconds after the beginning of the load."""

    about: str
    store: Callable
    acts: tuple
    # Whether an acknowledgement survives by itself, without a replica.
    durable: bool


@contextmanager
def single(make, *options):
    with make(*options) as store:
        store.way = nodes.way(store)
        yield store


def redis_always():
    return single(stores.redis, "--appendonly", "yes", "--appendfsync", "always")


KILL, START = (BEFORE, "crash"), (BEFORE + 2, "start")
SCENARIOS = {
    "sentinel, killed": Scenario(
        "kill -9 of the primary; started again 12 s later", topologies.sentinel,
        (KILL, (BEFORE + 12, "start")), False),
    "sentinel, frozen": Scenario(
        "SIGSTOP of the primary; continued 12 s later, when there is another", topologies.sentinel,
        ((BEFORE, "freeze"), (BEFORE + 12, "thaw")), False),
    "cluster, killed": Scenario(
        "kill -9 of a primary; started again 15 s later", topologies.cluster,
        (KILL, (BEFORE + 15, "start")), False),
    "cluster, lost": Scenario(
        "kill -9 of a primary and its replica; both started again 10 s later", topologies.cluster,
        ((BEFORE, "crash_with_replica"), (BEFORE + 10, "start")), False),
    "redis": Scenario("appendfsync always; kill -9, started 2 s later", redis_always, (KILL, START), True),
    "postgres": Scenario("pg_ctl -m immediate stop, started 2 s later",
                         lambda: single(stores.postgres), (KILL, START), True),
    "mariadb": Scenario("kill -9, started 2 s later", lambda: single(stores.mariadb), (KILL, START), True),
}


@dataclass
class Outcome:
    """A run of a scenario; all times are those of the monotonic clock."""

    durable: bool
    fault: float
    operations: list
    verdict: history.Verdict
    absent: int
    lost_sessions: set = field(default_factory=set)
    known_sessions: set = field(default_factory=set)

    def count(self, *outcomes):
        return sum(op.outcome in outcomes for op in self.operations)

    def lost(self, *kinds):
        return sum(op.kind in kinds for op in self.verdict.lost)

    def window(self):
        """How long before the fault the oldest lost operation was acknowledged."""
        return max((self.fault - op.over for op in self.verdict.lost), default=None)

    def writes_after(self, node):
        return [op for op in self.operations
                if op.node == node and op.begun > self.fault and op.kind in history.WRITES]

    def recovery(self, node):
        """The first write acknowledged after the fault, and the end of the last that was not."""
        after = self.writes_after(node)
        first = min((op.over for op in after if op.outcome == OK), default=None)
        last = max((op.over for op in after if op.outcome != OK), default=self.fault)
        return None if first is None else first - self.fault, last - self.fault

    def elsewhere(self):
        """Shares answered well while others were not: of sessions on other servers, of creations."""
        failed = [op for op in self.operations if op.begun > self.fault and op.outcome != OK]
        until = max((op.over for op in failed), default=self.fault)
        during = [op for op in self.operations if self.fault < op.begun < until]
        others = [op for op in during if op.session and op.session.id in self.known_sessions - self.lost_sessions]
        return share(others), share([op for op in during if op.kind == CREATE])

    def slowest(self):
        return max(op.over - op.begun for op in self.operations)

    def old(self):
        """Acknowledged before the window and lost."""
        return sum(op.over < self.fault - WINDOW for op in self.verdict.lost)

    def broken(self):
        """The promises that were broken: a sentence for each."""
        slow = max(self.operations, key=lambda op: op.over - op.begun)
        found = {
            "another session's answer": self.verdict.wrong,
            "a session that lived was answered \"no session\"": self.absent,
            "sessions that nodes tell differently": self.verdict.differ,
            "sessions that cannot be read": self.verdict.unread,
            "lost, and acknowledged long before": self.old(),
            "lost, though the store is durable": len(self.verdict.lost) if self.durable else 0,
            f"{slow.kind} answered after {slow.over - slow.begun:.2f} s, {slow.begun - self.fault:.2f} s after the fault":
                self.slowest() > TIMEOUT + 1}
        return [f"{sentence}: {int(count)}" for sentence, count in found.items() if count]


def share(operations):
    return sum(op.outcome == OK for op in operations) / len(operations) if operations else None


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    options = arguments.java_options.split()
    server.build(ROOT, ROOT / "target/statekeep.jar")
    setting = machine.describe(ROOT, arguments.java_home, options) | {
        "nodes": f"2, layered.max-stale {MAX_STALE:g} s, store.timeout {TIMEOUT:g} s",
        "clients": f"{CLIENTS} for each node, {history.RATE} requests a second each, one at a time",
        "Sentinel": f"1 primary, 2 replicas, 3 sentinels, down-after-milliseconds {topologies.DOWN_AFTER * 1000:.0f}",
        "Cluster": "3 primaries with a replica each, cluster-require-full-coverage no,"
                   f" cluster-node-timeout {topologies.NODE_TIMEOUT * 1000:.0f}"}
    found = {}
    for turn in range(arguments.rounds):
        for name in arguments.only:
            try:
                found.setdefault(name, []).append(measure(SCENARIOS[name], options, arguments.java_home))
                show(name, found[name][-1])
            except (LookupError, RuntimeError) as cause:
                print(f"{name}: left out, {cause}", flush=True)
    found = {name: outcomes for name, outcomes in found.items() if outcomes}
    tables = [operations(found), lost(found), recovery(found)]
    if arguments.write:
        rewrite(arguments.write, MARK, [facts(setting), *(table.markdown() for table in tables)])
    print("\n" + facts(setting) + "\n")
    print("\n\n".join(table.text() for table in tables))
    return 1 if any(one.broken() for outcomes in found.values() for one in outcomes) else 0


def measure(scenario, options, java_home):
    settings = {"LAYERED_MAX_STALE": f"{MAX_STALE:g}s", "STORE_TIMEOUT": f"{TIMEOUT:g}s"}
    with ExitStack() as stack:
        store = stack.enter_context(scenario.store())
        running = stack.enter_context(nodes.running([store.way] * 2, java_home, options, settings))
        bases = [node.base for node in running]
        stop = threading.Event()
        clients = [history.Client(number, bases, stop) for number in range(CLIENTS * len(bases))]
        for one in clients:
            one.start()
        fault, owners = load(scenario, store, clients)
        stop.set()
        for one in clients:
            one.join()
        # No copy is older than that.
        time.sleep(MAX_STALE + 0.5)
        return outcome(scenario, clients, bases, fault, owners, store)


def load(scenario, store, clients):
    """Carries out the acts, then waits until all has been answered well for a while: the time of the fault."""
    begun = time.monotonic()
    fault, owners = None, {}
    for moment, act in scenario.acts:
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        if fault is None:
            owners = store.keys() if hasattr(store, "keys") else {}
            fault = time.monotonic()
        getattr(store, act)()
    deadline = time.monotonic() + MOST
    acted = time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.1)
        worse = max((op.over for one in clients for op in list(one.operations) if op.outcome != OK), default=0.0)
        if time.monotonic() > max(acted, worse) + QUIET:
            break
    time.sleep(AFTER)
    return fault, owners


def outcome(scenario, clients, bases, fault, owners, store):
    verdict = history.judge(clients, bases)
    known = {key: set(re.findall(r"[\w-]{43}", " ".join(keys))) for key, keys in owners.items()}
    victims = {one.port for one in getattr(store, "victims", [])}
    absent = sum(one.made < fault - WINDOW and bool(one.absent) for client in clients for one in client.sessions)
    return Outcome(
        scenario.durable, fault, [op for one in clients for op in one.operations], verdict, absent,
        set().union(*(ids for port, ids in known.items() if port in victims)), set().union(*known.values()))


def show(name, one):
    print(f"{name}: {one.count(OK):,} ok, {one.count(UNKNOWN)} unknown, {len(one.verdict.lost)} lost,"
          f" {one.verdict.wrong} wrong, last failure after {max(one.recovery(node)[1] for node in (0, 1)):.1f} s",
          flush=True)
    for sentence in one.broken():
        print(f"  broken: {sentence}", flush=True)


def total(outcomes, count):
    return f"{sum(count(one) for one in outcomes):,}"


def operations(found):
    rows = [[name, str(len(runs)), total(runs, lambda one: one.count(OK)),
             total(runs, lambda one: one.count(UNKNOWN)), total(runs, lambda one: one.verdict.applied),
             total(runs, lambda one: one.verdict.not_applied), total(runs, lambda one: one.count(REFUSED)),
             total(runs, lambda one: one.verdict.wrong), total(runs, lambda one: one.absent),
             total(runs, lambda one: one.verdict.differ + one.verdict.unread)]
            for name, runs in found.items()]
    return Table(
        "Operations",
        "All runs together. Unknown: answered 503, or not at all; of the changes among them, those that had been"
        " applied and those that had not. Refused: answered otherwise, as changes of a session are whose creation"
        f" was lost. Wrong: another session's answer. Absent: sessions more than {WINDOW:g} s old at the fault that"
        " were ever answered \"no session\". Differ: sessions that the nodes tell differently in the end, or cannot"
        " read.",
        ["", "runs", "ok", "unknown", "applied", "not applied", "refused", "wrong", "absent", "differ"], rows)


def lost(found):
    rows = [[name, SCENARIOS[name].about,
             *(total(runs, lambda one: one.lost(kind)) for kind in (SET, ADD, CREATE, END)),
             number(max((1000 * one.window() for one in runs if one.window() is not None), default=None)),
             total(runs, lambda one: one.old())]
            for name, runs in found.items()]
    return Table(
        "Acknowledged and lost",
        "Attributes that were set, increments, sessions that were made, and ends that were undone. Window: how long"
        " before the fault the oldest of them was acknowledged, in ms, after it if negative; old: those from more than"
        f" {WINDOW:g} s before.",
        ["", "fault", "sets", "increments", "creations", "ends", "window ms", "old"], rows)


def recovery(found):
    rows = []
    for name, runs in found.items():
        times = [[one.recovery(node) for one in runs] for node in (0, 1)]
        others = [one.elsewhere() for one in runs if one.known_sessions - one.lost_sessions]
        rows.append([
            name, *(worst(first for first, _ in node) for node in times), *(worst(last for _, last in node) for node in times),
            number(max(one.slowest() for one in runs), 2),
            least(one for one, _ in others), least(one for _, one in others)])
    return Table(
        "Recovery",
        "Seconds from the fault to the first write that a node acknowledged, and to the end of the last that it did"
        " not; the slowest answer; the worst of all runs. With Cluster, while some were not answered well: the share of"
        " requests to sessions on other servers that were, and of creations.",
        ["", "node A first", "node B first", "node A last", "node B last", "slowest s", "others", "creations"], rows)


def worst(times):
    times = list(times)
    return "never" if None in times else number(max(times), 2)


def least(shares):
    shares = [one for one in shares if one is not None]
    return f"{min(shares):.1%}" if shares else "–"


def chosen(text):
    unknown = set(text.split(";")) - set(SCENARIOS)
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {'; '.join(sorted(unknown))}")
    return text.split(";")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=chosen, default=list(SCENARIOS),
                        help="list, separated by semicolons, of: " + "; ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=1, help="runs of each (1)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK of the nodes ($JAVA_HOME)")
    parser.add_argument("--java-options", default="-Xmx512m", help="flags of the nodes (-Xmx512m)")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the tables of a document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
