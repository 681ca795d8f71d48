"""A TCP proxy between a node and its store that can make the node's invalidation channel a black hole.

The channel is the connection on which the node asked to be told of changes. In a black hole nothing
is closed and nothing arrives; when it heals, what was sent meanwhile arrives late, as TCP has it.
"""

import multiprocessing
import re
import selectors
import socket
from contextlib import contextmanager

# CLIENT TRACKING or SUBSCRIBE of Redis, LISTEN of PostgreSQL.
CHANNEL = re.compile(rb"\r\nTRACKING\r\n|\r\nS?P?SUBSCRIBE\r\n|\bLISTEN\s", re.I)
SNIFFED = 8192


class Pair:
    """A connection of the node and the one to the store that belongs to it."""

    def __init__(self, near, far):
        self.near, self.far = near, far
        self.first, self.channel = b"", False
        # What arrived in a hole, by where it goes, and how much has passed from the store since the last healing.
        self.held = {near: b"", far: b""}
        self.told = 0

    def other(self, end):
        return self.far if end is self.near else self.near


class Relay:
    """Runs in a process of its own, told what to do through a pipe."""

    def __init__(self, listener, port, control):
        self.listener, self.port, self.control = listener, port, control
        self.selector = selectors.DefaultSelector()
        self.pairs, self.hole = {}, False

    def run(self):
        self.selector.register(self.listener, selectors.EVENT_READ, self.accept)
        self.selector.register(self.control, selectors.EVENT_READ, self.obey)
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def accept(self, listener):
        near, _ = listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.port), 5)
        except OSError:
            near.close()
            return
        pair = Pair(near, far)
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs[end] = pair
            self.selector.register(end, selectors.EVENT_READ, self.pass_on)

    def pass_on(self, end):
        pair = self.pairs.get(end)
        if pair is None:
            return
        try:
            read = end.recv(65536)
        except OSError:
            read = b""
        if not read:
            self.close(pair)
            return
        if end is pair.near and not pair.channel and len(pair.first) < SNIFFED:
            pair.first += read
            pair.channel = bool(CHANNEL.search(pair.first))
        if self.hole and pair.channel:
            pair.held[pair.other(end)] += read
        else:
            pair.told += len(read) if end is pair.far else 0
            self.write(pair, pair.other(end), read)

    def write(self, pair, end, read):
        try:
            end.sendall(read)
        except OSError:
            self.close(pair)

    def close(self, pair):
        for end in (pair.near, pair.far):
            if self.pairs.pop(end, None):
                self.selector.unregister(end)
                end.close()

    def channels(self):
        return [pair for pair in set(self.pairs.values()) if pair.channel]

    def obey(self, control):
        word = control.recv()
        if word == "stop":
            raise SystemExit
        if word == "hole":
            self.hole = True
        if word == "heal":
            self.heal()
        control.send(sum(1 for pair in self.channels() if pair.told))

    def heal(self):
        self.hole = False
        for pair in self.channels():
            pair.told = 0
            held, pair.held = pair.held, {pair.near: b"", pair.far: b""}
            for end, read in held.items():
                if read and end in self.pairs:
                    pair.told += len(read) if end is pair.near else 0
                    self.write(pair, end, read)


class Proxy:
    def __init__(self, port, control):
        self.port, self.control = port, control

    def tell(self, word):
        """How many channels there are on which the store has said something since the last healing."""
        self.control.send(word)
        return self.control.recv()


@contextmanager
def running(port):
    """A proxy in front of a port of loopback."""
    mine, its = multiprocessing.Pipe()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    process = multiprocessing.Process(target=Relay(listener, port, its).run, daemon=True)
    process.start()
    try:
        yield Proxy(listener.getsockname()[1], mine)
    finally:
        listener.close()
        process.terminate()
        process.join()
