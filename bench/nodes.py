"""Several nodes over one store: the same keys, each with a way of its own to the store."""

import base64
import os
import re
import urllib.request
from contextlib import ExitStack, contextmanager

import server
from peers import statekeep
from wire import SECRET

NODE = statekeep("node", {"STORE": "layered"})


@contextmanager
def running(ways, java_home, options, settings=None):
    """A node for each way, which is the environment that leads it to the store."""
    shared = {"TOKEN_SIGNING_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
              "API_KEYS": f"bench={SECRET}", **(settings or {})}
    with ExitStack() as stack:
        yield [stack.enter_context(server.java(NODE, None, java_home, options, shared | way)) for way in ways]


def way(store, port=None):
    """How a node reaches a store of stores.py; a proxy in front has another port."""
    url = store.url.replace(f":{store.port}/", f":{port or store.port}/")
    if url.startswith("redis"):
        return {"LAYERED_BACKING": "redis", "REDIS_URL": url}
    return {"JDBC_URL": url, "JDBC_USER": "root" if "mariadb" in url else "postgres"}


def loads(node):
    """How often a node has asked its store for a session."""
    with urllib.request.urlopen(node.management + "/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(float(value) for value in re.findall(
        r'^statekeep_store_calls_seconds_count{verb="(?:load|visit)"} (\S+)', text, re.M))
