#!/usr/bin/env python3
"""How soon other nodes see what one has changed or ended, with everything at work and with parts broken."""

import argparse
import math
import os
import random
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import hand
import histogram
import machine
import nodes
import processes
import proxy
import rounds
import server
import stores
from peers import ROOT
from tables import Table, around, facts, image, number, rewrite

MARK = "bench/coherence.py"
# What Redis has acknowledged is on disk: it is killed and must have forgotten nothing.
STORES = {"redis": lambda: stores.redis("--appendonly", "yes", "--appendfsync", "always"),
          "postgres": stores.postgres, "mariadb": stores.mariadb}
PATIENCE = 5.0
DOWN = 3.0
# No restart of a node, and not longer than this after the store is back.
RECOVERY = 10.0


def open_channel(scene):
    """Nothing is broken."""
    return scene.crew.all("steady", scene.share(), scene.until, scene.bound + PATIENCE)


def by_hand(scene):
    """`DEL` in Redis, `DELETE` in SQL, instead of a node."""
    return scene.crew.all("steady", scene.share(), scene.until, scene.bound + PATIENCE)


def lease(scene):
    """`layered.invalidation: none`."""
    return scene.waves(lambda: scene.wave(scene.bound))


def hole(scene):
    """The channel of the reading node becomes a black hole as the ends begin, and heals after a while."""
    def one():
        scene.proxy.tell("hole")
        found = scene.wave(1.5 * scene.bound, [(random.uniform(0.3, 2.5) * scene.bound, scene.heal)])
        return found
    return scene.waves(one)


def stopped(scene):
    """The reading node is stopped (SIGSTOP) while the sessions end, then asked on old connections."""
    def one():
        scene.turn += 1
        # By turns longer and shorter than any copy may live.
        pause = scene.bound + 0.2 if scene.turn % 2 else random.random() * scene.bound
        os.kill(scene.nodes[1].pid, signal.SIGSTOP)
        try:
            ended = max(scene.crew.all("end_all"))
            time.sleep(max(0.0, ended + pause - time.monotonic()))
            scene.crew.all("ask_all")
        finally:
            os.kill(scene.nodes[1].pid, signal.SIGCONT)
        return scene.crew.all("answers", time.monotonic(), scene.bound + PATIENCE)
    return scene.waves(one)


def killed(scene):
    """The store is killed while sessions end, and started again."""
    def one():
        moments = {}

        def kill():
            moments["killed"] = time.monotonic()
            scene.store.crash()

        def start():
            moments["asked"] = time.monotonic()
            scene.store.start()
            moments["started"] = time.monotonic()

        found = scene.wave(DOWN + 3, [(1, kill), (1 + DOWN, start)], lives=True)
        lived = sorted(time for one in found for time in one.lived)
        scene.outlived += sum(
            begun > moments["killed"] + scene.bound and over < moments["asked"] for begun, over in lived)
        back = [over for begun, over in lived if begun > moments["asked"]]
        scene.back.append(min(back) - moments["started"] if back else math.inf)
        return found
    return scene.waves(one, kept=0.3)


VARIANTS = {"open": open_channel, "by hand": by_hand, "lease": lease, "hole": hole, "stopped": stopped,
            "killed": killed}
# A wave with a restart of the store takes ten seconds.
FEWER = {"killed": 10}


class Scene:
    """Nodes over one store, and those who ask them."""

    def __init__(self, store, way_in, running, crew, count, arguments):
        self.store, self.proxy, self.nodes, self.crew = store, way_in, running, crew
        self.count, self.size, self.bound = count, arguments.wave, arguments.max_stale
        self.until = time.monotonic() + arguments.most
        self.turn, self.asked, self.copies, self.outlived, self.back = 0, 0, 0, 0, []

    def share(self):
        return max(1, self.count // len(self.crew.pipes))

    def waves(self, one, kept=0.0):
        """So many sessions at a time that the other nodes hold copies of."""
        found, left = [], self.count
        while left > 0 and time.monotonic() < self.until:
            size = min(left, self.size)
            each = max(2, size // len(self.crew.pipes))
            keep = max(1, int(each * kept)) if kept else 0
            self.crew.all("prepare", each, keep)
            self.hold_copies()
            found += one()
            left -= (each - keep) * len(self.crew.pipes)
        return found

    def hold_copies(self):
        """Until reads are answered from copies again, as far as they are in fifteen seconds."""
        deadline = time.monotonic() + 15
        while True:
            before = sum(nodes.loads(node) for node in self.nodes[1:])
            seen = sum(self.crew.all("refresh"))
            asked = sum(nodes.loads(node) for node in self.nodes[1:]) - before
            if asked < seen / 10 or time.monotonic() > deadline:
                self.asked += seen
                self.copies += max(0, seen - asked)
                return
            time.sleep(0.2)

    def wave(self, spread, acts=(), lives=False):
        """Ends over so many seconds, with acts at their moments."""
        start = time.monotonic() + 0.05
        self.crew.begin("wave", start, spread, self.bound + RECOVERY, lives)
        for moment, act in acts:
            time.sleep(max(0.0, start + moment - time.monotonic()))
            act()
        return self.crew.gather()

    def heal(self):
        self.proxy.tell("heal")


def main():
    arguments = parse()
    processes.prepare()
    if arguments.write:
        around(arguments.write, MARK)
    options = arguments.java_options.split()
    server.build(ROOT, ROOT / "target/statekeep.jar")
    setting = machine.describe(ROOT, arguments.java_home, options) | {
        "nodes": f"{arguments.nodes}, layered.max-stale {arguments.max_stale:g} s",
        "clients": f"{arguments.workers} processes, each one request at a time"}
    found = {}
    for store in arguments.stores:
        for variant in arguments.variants:
            try:
                found[store, variant] = measure(store, variant, arguments, options)
            except (LookupError, RuntimeError) as cause:
                print(f"{store}, {variant}: left out, {cause}", flush=True)
    tables = [latencies(found), answers(found)]
    plots = draw(found, arguments) if arguments.plots else []
    if arguments.write:
        rewrite(arguments.write, MARK, [
            facts(setting), *(table.markdown() for table in tables),
            *(image(arguments.write, file, file.stem.replace("-", " ")) for file in plots)])
    print("\n" + facts(setting) + "\n")
    print("\n\n".join(table.text() for table in tables))
    return 1 if any(failed(one) for one in found.values()) else 0


def measure(store, variant, arguments, options):
    begun = time.monotonic()
    count = max(1, arguments.rounds // FEWER.get(variant, 1))
    settings = {"LAYERED_MAX_STALE": f"{arguments.max_stale:g}s"}
    settings |= {"LAYERED_INVALIDATION": "none"} if variant == "lease" else {}
    with STORES[store]() as engine, proxy.running(engine.port) as way_in:
        # The proxy stands in front of the reading nodes alone.
        ways = [nodes.way(engine)] + [nodes.way(engine, way_in.port)] * (arguments.nodes - 1)
        with nodes.running(ways, arguments.java_home, options, settings) as running, \
                crew(running, arguments, engine if variant == "by hand" else None) as workers:
            workers.all("prepare", 50)
            scene = Scene(engine, way_in, running, workers, count, arguments)
            result = outcome(scene, VARIANTS[variant](scene), arguments)
            result["channels"] = way_in.tell("count")
    print(f"{store}, {variant}: {result['rounds']:,} rounds in {time.monotonic() - begun:.0f} s, "
          f"p99 {number(result['p99'], 1)} ms, beyond {result['beyond']}", flush=True)
    return result


@contextmanager
def crew(running, arguments, by_hand_of):
    def make():
        random.seed()
        end = None
        if by_hand_of:
            end = hand.redis(by_hand_of.port) if "redis" in by_hand_of.url else hand.sql(by_hand_of.shell())
        return rounds.Worker([node.base for node in running], end)

    workers = rounds.Crew(arguments.workers, make)
    try:
        yield workers
    finally:
        workers.close()


def outcome(scene, found, arguments):
    whole = rounds.Found()
    for one in found:
        whole.add(one)
    seen = sorted(one.latency for one in whole.rounds if one.latency is not None)
    return {
        "rounds": len(whole.rounds), "latencies": seen,
        **{f"p{share:g}": at(seen, share / 100) for share in (50, 90, 99, 99.9, 100)},
        "late": max((one.late for one in whole.rounds if one.late is not None), default=0.0) * 1000,
        "beyond": sum(one.latency is None or (one.late or 0) > scene.bound for one in whole.rounds),
        "copies": scene.copies / scene.asked if scene.asked else None,
        "outlived": scene.outlived, "back": max(scene.back, default=None),
        **{name: getattr(whole, name) for name in ("reads", "wrong", "absent", "unavailable", "unknown")}}


def at(seen, share):
    """Milliseconds at a share of all."""
    return seen[min(len(seen) - 1, int(len(seen) * share))] * 1000 if seen else None


def failed(one):
    return (one["beyond"] or one["wrong"] or one["absent"] or one["outlived"]
            or (one["back"] or 0) > RECOVERY)


def latencies(found):
    rows = [[f"{store}, {variant}", f"{one['rounds']:,}",
             *(number(one[f"p{share:g}"], 2) for share in (50, 90, 99, 99.9, 100)),
             number(one["late"], 2), str(one["beyond"])]
            for (store, variant), one in found.items()]
    return Table(
        "From the acknowledgement to the first read elsewhere that sees it",
        "Milliseconds. 0 is a read sent at once, or an end that was seen before it was acknowledged. Late: how long after"
        " the acknowledgement the last read was sent that was still answered from before; beyond: rounds in which that"
        " was longer than the bound, or whose end was never seen.",
        ["", "rounds", "p50", "p90", "p99", "p99.9", "max", "late", "beyond"], rows)


def answers(found):
    rows = [[f"{store}, {variant}", f"{one['reads']:,}",
             "–" if one["copies"] is None else f"{one['copies']:.0%}", str(one["channels"]),
             str(one["wrong"]), str(one["absent"]), str(one["outlived"]), f"{one['unavailable']:,}",
             str(one["unknown"]), "–" if one["back"] is None else number(one["back"], 2)]
            for (store, variant), one in found.items()]
    return Table(
        "Answers",
        "Copies: reads before the ends that no store was asked for. Channels: seen by the proxy in the end. Wrong:"
        " another session's answer, or none that the contract knows. Absent: \"no session\" for one that lives."
        " Outlived: answered from a copy when the store had been away for longer than the bound. Then answers 503 or"
        " none; ends without an acknowledgement; and the longest time from the store's return to the first answer.",
        ["", "reads", "copies", "channels", "wrong", "absent", "outlived", "503", "unknown", "back s"], rows)


def draw(found, arguments):
    arguments.plots.mkdir(parents=True, exist_ok=True)
    files = []
    for store in arguments.stores:
        groups = {variant: one["latencies"] for (of, variant), one in found.items() if of == store}
        if groups:
            files.append(arguments.plots / f"coherence-{store}.svg")
            files[-1].write_text(histogram.draw(
                f"{store}: from the acknowledgement to the first read that sees it", groups, arguments.max_stale))
    return files


def chosen(known):
    def read(text):
        unknown = set(text.split(",")) - set(known)
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return text.split(",")
    return read


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=chosen(STORES), default=["redis", "postgres"],
                        help="comma list of: " + ", ".join(STORES))
    parser.add_argument("--variants", type=chosen(VARIANTS), default=list(VARIANTS),
                        help="comma list of: " + ", ".join(VARIANTS))
    parser.add_argument("--rounds", type=int, default=10_000, help="of each variant; a tenth where the store is killed")
    parser.add_argument("--most", type=float, default=120, metavar="SECONDS",
                        help="of each variant, done or not: without a channel a round takes as long as the bound (120)")
    parser.add_argument("--wave", type=int, default=1_000, help="sessions that end at about one time (1000)")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--workers", type=int, default=4, help="client processes (4)")
    parser.add_argument("--max-stale", type=float, default=2.0, metavar="SECONDS", help="the bound (2)")
    parser.add_argument("--java-home", default=os.environ.get("JAVA_HOME"), help="JDK of the nodes ($JAVA_HOME)")
    parser.add_argument("--java-options", default="-Xmx512m", help="flags of the nodes (-Xmx512m)")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draws SVG files there")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="rewrites the tables of a document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
