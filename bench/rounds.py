"""The clients of bench/coherence.py: sessions changed or ended on one node and read on another."""

import multiprocessing
import random
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from typing import Optional

import wire

CHANGE, END = "change", "end"
LIVE, ABSENT, UNAVAILABLE, WRONG = "live", "absent", "unavailable", "wrong"


@dataclass
class Round:
    """One change or end: seconds from its acknowledgement to the first read that saw it, and to the last that did not.

    `latency` is None if no read saw it, `late` is None if each did.
    """

    kind: str
    latency: Optional[float]
    late: Optional[float]


@dataclass
class Found:
    """What a worker saw. `absent` are answers "no session" for a session that nobody had ended."""

    rounds: list = field(default_factory=list)
    reads: int = 0
    wrong: int = 0
    absent: int = 0
    unavailable: int = 0
    unknown: int = 0
    # Start and end of each read of a session that lives, where it was asked for.
    lived: list = field(default_factory=list)

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class Held:
    """A session, made on one node and read on another, so that this one holds a copy."""

    def __init__(self, told, reader):
        self.id, self.reader = told["id"], reader
        self.verify = wire.request("GET", "/v1/verify", told["token"])
        self.read = wire.request("GET", "/v1/sessions/current", told["token"])
        self.path = f"/v1/sessions/{self.id}"
        self.mark = f"x-session-id: {self.id}\r\n".lower().encode()
        # Times of the end: asked for, acknowledged; of reads: the first without the session, the last with it.
        self.asked = self.ended = self.refused = self.late = None
        self.unknown = False

    def judge(self, answer):
        if answer.status == 200:
            return LIVE if self.mark in answer.head.lower() + b"\r\n" else WRONG
        return {401: ABSENT, 503: UNAVAILABLE, 0: UNAVAILABLE}.get(answer.status, WRONG)


class Worker:
    """Carries out orders from the parent process; each method is one."""

    def __init__(self, nodes, by_hand=None):
        self.links = [wire.Link(base) for base in nodes]
        # Ends and reads go on side by side: each has connections of its own.
        self.enders = [wire.Link(base) for base in nodes]
        self.by_hand = by_hand
        self.held, self.kept, self.sent, self.found = [], set(), {}, Found()

    def make(self, writer, reader):
        answer = self.links[writer].ask(wire.request("POST", "/v1/sessions", body={"attributes": {"value": 0}}))
        if answer.status != 201:
            raise RuntimeError(f"a new session was answered {answer.status} {answer.body[:200]!r}")
        one = Held(answer.json(), reader)
        for _ in range(2):
            if self.look(one) != LIVE:
                raise RuntimeError("a new session is not seen on the other node")
        return one

    def look(self, one):
        seen = one.judge(self.links[one.reader].ask(one.verify))
        self.count(seen)
        return seen

    def count(self, seen):
        self.found.reads += 1
        self.found.wrong += seen == WRONG
        self.found.unavailable += seen == UNAVAILABLE

    def end(self, one, writer, links):
        """Ends it, by a node or by hand; whether that was acknowledged."""
        if self.by_hand:
            self.by_hand(one.id)
            return True
        return links[writer].ask(wire.request("DELETE", one.path)).status == 204

    # Orders.

    def steady(self, count, until, most):
        """Rounds one after another, each node by turns the one that writes and the one that reads."""
        for turn in range(count):
            if time.monotonic() > until:
                break
            writer, reader = turn % len(self.links), (turn + 1) % len(self.links)
            one = self.make(writer, reader)
            if not self.by_hand:
                self.change(one, writer, turn + 1, most)
            if not self.end(one, writer, self.links):
                raise RuntimeError("an end was not acknowledged")
            self.poll(END, time.monotonic(), lambda: self.look(one) == ABSENT, most)
        return self.report()

    def change(self, one, writer, value, most):
        answer = self.links[writer].ask(wire.request("PATCH", one.path, body={"attributes": {"value": value}}))
        if answer.status != 200:
            raise RuntimeError(f"a change was answered {answer.status} {answer.body[:200]!r}")
        self.poll(CHANGE, time.monotonic(), lambda: self.value(one) == value, most)

    def value(self, one):
        answer = self.links[one.reader].ask(one.read)
        told = answer.json() if answer.status == 200 else {}
        mine = told.get("id") == one.id
        self.count(LIVE if mine else UNAVAILABLE if answer.status in (0, 503) else WRONG)
        return told["attributes"]["value"] if mine else None

    def poll(self, kind, done, seen, most):
        """Reads in a tight loop until one sees what was done."""
        late = None
        while time.monotonic() < done + most:
            begun = time.monotonic()
            if seen():
                self.found.rounds.append(Round(kind, begun - done, late))
                return
            late = begun - done
        self.found.rounds.append(Round(kind, None, late))

    def prepare(self, count, kept=0):
        """So many sessions with copies; the first `kept` of them will not be ended."""
        pairs = len(self.links)
        self.held = [self.make(0, 1 + turn % (pairs - 1)) for turn in range(count)]
        self.kept = set(self.held[:kept])
        return count

    def refresh(self):
        """Reads all sessions, so that the copies are fresh."""
        return sum(self.look(one) == LIVE for one in self.held)

    def wave(self, start, spread, most, lives=False):
        """Ends the sessions at random moments from `start` on, while all are read by turns."""
        dues = sorted((start + random.random() * spread, index) for index, one in enumerate(self.held)
                      if one not in self.kept)
        ender = threading.Thread(target=self.end_when_due, args=(dues,))
        ender.start()
        self.watch(start + spread, start + spread + most, lives)
        ender.join()
        return self.settle()

    def end_when_due(self, dues):
        for due, index in dues:
            time.sleep(max(0.0, due - time.monotonic()))
            self.end_one(self.held[index])

    def end_one(self, one):
        one.asked = time.monotonic()
        done = self.end(one, 0, self.enders)
        one.ended = time.monotonic() if done else None
        one.unknown = not done

    def watch(self, least, most, lives=False):
        """Reads by turns until the ended sessions are seen to be, and from `least` on the others live."""
        todo = deque(self.held)
        while todo and time.monotonic() < most:
            one = todo.popleft()
            begun = time.monotonic()
            seen = self.look(one)
            self.note(one, begun, seen)
            if one in self.kept:
                over = seen == LIVE and begun > least
                if lives and seen == LIVE:
                    self.found.lived.append((begun, time.monotonic()))
            else:
                over = one.refused is not None or one.unknown
            if not over:
                todo.append(one)

    def note(self, one, begun, seen):
        if seen == ABSENT and one.asked is None:
            self.found.absent += 1
        elif seen == ABSENT and one.refused is None:
            one.refused = begun
        elif seen == LIVE:
            one.late = begun

    def settle(self, awake=0.0):
        """Makes rounds of what was acknowledged; no latency counts from before the node was awake."""
        for one in self.held:
            if one.unknown:
                self.found.unknown += 1
            elif one.ended is not None:
                late = one.late - one.ended if one.late is not None and one.late > one.ended else None
                latency = None
                if one.refused is not None:
                    latency = max(0.0, one.refused - max(one.ended, awake))
                self.found.rounds.append(Round(END, latency, late))
        self.held = []
        return self.report()

    def end_all(self):
        for one in self.held:
            self.end_one(one)
        return max(one.ended for one in self.held)

    def ask_all(self):
        """Sends the reads of all sessions on old connections, to nodes that do not answer at the moment."""
        self.sent = {}
        for one in self.held:
            self.sent[one] = time.monotonic()
            self.links[one.reader].send(one.verify)
        return len(self.sent)

    def answers(self, awake, most):
        """Reads the answers to them, and goes on until every end is seen."""
        for one, sent in self.sent.items():
            seen = one.judge(self.links[one.reader].receive())
            self.count(seen)
            self.note(one, sent, seen)
        self.watch(awake, awake + most)
        return self.settle(awake)

    def report(self):
        found, self.found = self.found, Found()
        return found


class Crew:
    """Worker processes that carry out the same order at the same time."""

    def __init__(self, count, make):
        self.pipes = []
        for _ in range(count):
            mine, its = multiprocessing.Pipe()
            multiprocessing.Process(target=obey, args=(its, make), daemon=True).start()
            self.pipes.append(mine)

    def begin(self, order, *arguments):
        for pipe in self.pipes:
            pipe.send((order, arguments))

    def gather(self):
        answers = [pipe.recv() for pipe in self.pipes]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def all(self, order, *arguments):
        self.begin(order, *arguments)
        return self.gather()

    def close(self):
        for pipe in self.pipes:
            pipe.send(None)


def obey(pipe, make):
    worker = make()
    while True:
        said = pipe.recv()
        if said is None:
            return
        order, arguments = said
        try:
            pipe.send(getattr(worker, order)(*arguments))
        except Exception:
            pipe.send(RuntimeError(traceback.format_exc()))
