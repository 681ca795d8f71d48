"""One peer in a round: started, checked, warmed up, then loaded by turns with the others."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import client
import load
import results
import server
import warmup
from peers import CHANGE, FORGED, NEW, PLAIN, READ

PATHS = {PLAIN: "/plain", FORGED: "/get_session", READ: "/get_session", CHANGE: "/update_session", NEW: client.SET}


@contextmanager
def running(peer, arguments):
    """A peer with a fresh store, warm: what only some peers do has not been tried yet."""
    with server.running(peer, arguments.java_home, arguments.java_options.split()) as process, \
            TemporaryDirectory() as folder:
        contender = Contender(peer, process, Path(folder), arguments)
        for name in contender.loads:
            if name != FORGED:
                contender.warm_up(name)
        yield contender


class Contender:
    def __init__(self, peer, process, folder, arguments):
        self.process, self.arguments = process, arguments
        self.loads = [name for name in arguments.loads if name in peer.loads]
        self.samples = {name: [] for name in self.loads}
        keeps, base = READ in peer.loads, process.base
        self.wrong = client.wrong_answers(base) if keeps else []
        self.alone, refused = client.increments(base, 1) if keeps else (0, 0)
        self.at_once, more_refused = client.increments(base, client.CLIENTS) if keeps else (0, 0)
        self.refused = refused + more_refused
        self.cookies = [client.new_session(base) for _ in range(arguments.sessions if keeps else 0)]
        live, forged = folder / "live", folder / "forged"
        live.write_text("".join(cookie + "\n" for cookie in self.cookies))
        forged.write_text("".join(client.forged(cookie) + "\n" for cookie in self.cookies))
        self.sent = {FORGED: forged, READ: live, CHANGE: live}

    def warm_up(self, name):
        pid, most = self.process.pid, self.arguments.warmup
        if name == NEW:
            most_new = warmup.MOST_NEW_IN_STORE if self.process.store else warmup.MOST_NEW
            warmup.until_warm_with_new(pid, lambda seconds: self.load(name, seconds), most, most_new)
        else:
            warmup.until_warm(pid, lambda seconds: self.load(name, seconds, settle=False), most)

    def load(self, name, seconds, settle=True):
        return load.measure(self.process, PATHS[name], seconds, self.arguments.connections, self.sent.get(name, "-"),
                            settle)

    def sample(self, name, warms_up=False):
        if warms_up:
            self.warm_up(name)
        before = self.counted() if name == CHANGE else 0
        sample = self.load(name, self.arguments.new_seconds if name == NEW else self.arguments.seconds)
        if name == CHANGE:
            done = sample.requests - sample.errors
            sample.lost = max(0, before + done + len(self.cookies) - self.counted())
        self.samples[name].append(sample)

    def counted(self):
        """All increments so far; counting adds one to each session."""
        return sum(client.count(self.process.base, cookie) for cookie in self.cookies)

    def result(self):
        dead = sum(not client.alive(self.process.base, cookie) for cookie in self.cookies)
        return results.Round(self.process.start, self.process.resident(), self.wrong, self.alone, self.at_once,
                             self.refused, dead, self.samples)
