"""A client with little cost of its own: keep-alive connections, and requests made in advance."""

import json
import re
import socket
from dataclasses import dataclass

SECRET = "a-key-of-the-benchmark-on-loopback"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)


@dataclass
class Answer:
    """Status 0: there was none."""

    status: int
    head: bytes = b""
    body: bytes = b""

    def json(self):
        return json.loads(self.body)


NONE = Answer(0)


def request(method, path, token=None, body=None):
    """The bytes of a request to the session API, or with a token to any route that takes one."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {SECRET}"]
    if token:
        lines.append(f"Session-Token: {token}")
        lines.append(f"Cookie: sessionid={token}")
    if body is not None:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Link:
    """One connection to a node, made when first used and made anew after a failure."""

    def __init__(self, base, timeout=10.0):
        host, port = base.removeprefix("http://").split(":")
        self.address, self.timeout = (host, int(port)), timeout
        self.socket, self.rest = None, b""

    def ask(self, asked):
        """One request: its answer, or NONE if the connection failed or stayed silent."""
        try:
            self.send(asked)
            return self.receive()
        except OSError:
            self.close()
            return NONE

    def send(self, asked):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.rest = b""
        self.socket.sendall(asked)

    def receive(self):
        head, _, body = self.until(lambda read: b"\r\n\r\n" in read).partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        size = int(length.group(1)) if length else 0
        self.rest = body
        self.until(lambda read: len(read) >= size)
        body, self.rest = self.rest[:size], self.rest[size:]
        return Answer(int(head[9:12]), head, body)

    def until(self, enough):
        while not enough(self.rest):
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self.rest += more
        return self.rest

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None
