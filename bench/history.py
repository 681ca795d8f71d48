"""Clients that remember what they were told, and what of it the store still holds in the end."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Optional

import wire

CREATE, SET, ADD, READ, END = "create", "set", "add", "read", "end"
OK, UNKNOWN, REFUSED = "ok", "unknown", "refused"
WRITES = (CREATE, SET, ADD, END)
MOST_SETS = 150
RATE = 25


@dataclass
class Operation:
    """One request; times are those of the monotonic clock."""

    kind: str
    node: int
    session: Optional["Owned"]
    begun: float
    over: float
    outcome: str
    name: str = ""


@dataclass(eq=False)
class Owned:
    """A session that one client alone changes."""

    id: str
    token: str
    tag: str
    made: float
    sets: int = 0
    ended: Optional[str] = None
    # Answers "no session" while nobody had ended it: when they came.
    absent: list = field(default_factory=list)


class Client(threading.Thread):
    """One request at a time, at a bounded rate, most of them to one node."""

    def __init__(self, number, bases, stop):
        super().__init__(daemon=True)
        self.number, self.home, self.stop = number, number % len(bases), stop
        self.links = [wire.Link(base) for base in bases]
        self.operations, self.sessions = [], []
        self.lasting, self.passing = [], []
        self.wrong = 0

    def run(self):
        due = time.monotonic() + random.random() / RATE
        while not self.stop.is_set():
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due + 1 / RATE, time.monotonic())
            self.step()

    def step(self):
        if len(self.lasting) < 4:
            made = self.create()
            self.lasting += [made] if made else []
            return
        dice = random.random()
        one = random.choice(self.lasting)
        if dice < 0.40:
            self.set(one)
        elif dice < 0.70:
            self.add(one)
        elif dice < 0.84:
            self.read(one)
        elif dice < 0.93 or not self.passing:
            made = self.create()
            self.passing += [made] if made else []
        else:
            self.end(self.passing.pop(random.randrange(len(self.passing))))

    def ask(self, kind, session, method, path, body=None, good=(200,), node=None, name="", token=None):
        node = self.home if node is None else node
        begun = time.monotonic()
        answer = self.links[node].ask(wire.request(method, path, token, body))
        over = time.monotonic()
        outcome = OK if answer.status in good else UNKNOWN if answer.status in (0, 500, 503) else REFUSED
        self.wrong += answer.status == 500
        if session and answer.status in (401, 404) and session.ended is None:
            session.absent.append(over)
        self.operations.append(Operation(kind, node, session, begun, over, outcome, name))
        return answer if outcome == OK else None

    def create(self):
        tag = f"c{self.number}s{len(self.sessions)}"
        answer = self.ask(CREATE, None, "POST", "/v1/sessions", {"attributes": {tag: 0}}, good=(201,))
        if answer is None:
            return None
        told = answer.json()
        self.wrong += told["attributes"] != {tag: 0}
        self.sessions.append(Owned(told["id"], told["token"], tag, self.operations[-1].over))
        self.operations[-1].session = self.sessions[-1]
        return self.sessions[-1]

    def set(self, one):
        one.sets += 1
        name = f"{one.tag}-{one.sets}"
        answer = self.ask(SET, one, "PATCH", f"/v1/sessions/{one.id}", {"attributes": {name: one.sets}}, name=name)
        self.check(one, answer)
        if one.sets >= MOST_SETS or one.absent:
            self.lasting.remove(one)

    def add(self, one):
        self.ask(ADD, one, "POST", f"/v1/sessions/{one.id}/increment", {"name": one.tag}, name=one.tag)

    def read(self, one):
        """On any node, by the token."""
        node = random.randrange(len(self.links))
        self.check(one, self.ask(READ, one, "GET", "/v1/sessions/current", token=one.token, node=node))

    def end(self, one):
        answer = self.ask(END, one, "DELETE", f"/v1/sessions/{one.id}", good=(204,))
        one.ended = OK if answer else UNKNOWN

    def check(self, one, answer):
        if answer is not None:
            told = answer.json()
            self.wrong += told["id"] != one.id or not owns(one, told["attributes"])


def owns(one, attributes):
    """Whether all attributes are of this session."""
    return all(name.split("-")[0] == one.tag for name in attributes)


@dataclass
class Verdict:
    """What became of what was told. Lost operations are those that were acknowledged."""

    lost: list = field(default_factory=list)
    applied: int = 0
    not_applied: int = 0
    wrong: int = 0
    # Sessions that nodes tell differently in the end.
    differ: int = 0
    unread: int = 0


def judge(clients, bases):
    """Reads all sessions on all nodes and compares them with what their clients know."""
    verdict = Verdict(wrong=sum(one.wrong for one in clients))
    links = [wire.Link(base) for base in bases]
    for client in clients:
        known = {}
        for operation in client.operations:
            known.setdefault(operation.session, []).append(operation)
        for one in client.sessions:
            told = [final(link, one) for link in links]
            verdict.differ += any(other != told[0] for other in told)
            if told[0] == UNKNOWN:
                verdict.unread += 1
            else:
                compare(verdict, one, told[0], known[one])
    return verdict


def final(link, one, seconds=10):
    """The attributes of a session, None if it is gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = link.ask(wire.request("GET", f"/v1/sessions/{one.id}"))
        if answer.status == 404:
            return None
        if answer.status == 200:
            return answer.json()["attributes"]
        time.sleep(0.1)
    return UNKNOWN


def compare(verdict, one, attributes, operations):
    if attributes is None:
        if one.ended is None:
            # With it all that was done to it.
            verdict.lost += [op for op in operations if op.outcome == OK and op.kind in WRITES]
            verdict.not_applied += sum(op.outcome == UNKNOWN and op.kind in WRITES for op in operations)
        return
    if one.ended == OK:
        verdict.lost.append(next(op for op in operations if op.kind == END))
    verdict.wrong += not owns(one, attributes)
    for operation in operations:
        if operation.kind == SET:
            there = operation.name in attributes
            if operation.outcome == OK and not there:
                verdict.lost.append(operation)
            if operation.outcome == UNKNOWN:
                verdict.applied += there
                verdict.not_applied += not there
    added(verdict, attributes.get(one.tag, 0), [op for op in operations if op.kind == ADD])


def added(verdict, value, operations):
    """Increments bear no names: of those lost, the last ones are told."""
    told = [op for op in operations if op.outcome == OK]
    unknown = sum(op.outcome == UNKNOWN for op in operations)
    missing = len(told) - value
    if missing > 0:
        verdict.lost += told[-missing:]
    more = max(0, -missing)
    verdict.wrong += more > unknown
    verdict.applied += more
    verdict.not_applied += max(0, unknown - more)
