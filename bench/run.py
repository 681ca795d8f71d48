#!/usr/bin/env python3
"""Requests a second of every store, as ratios to /plain in the same run."""

import argparse
import base64
import os
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path

import load
import servers

ROOT = Path(__file__).resolve().parent.parent
NOTE = "x" * 200
SET = f"/set_session?user_id=6666&name=itcast&note={NOTE}"
STORES = {
    "local": ("local", None),
    "layered-hsqldb": ("layered", None),
    "hsqldb": ("jdbc", None),
    "redis": ("redis", servers.redis),
    "layered-redis": ("layered", servers.redis),
    "postgres": ("jdbc", servers.postgres),
    "layered-postgres": ("layered", servers.postgres),
}


def settings_for(kind, url):
    settings = {"STORE": kind, "TOKEN_SIGNING_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode()}
    if url and url.startswith("redis:"):
        settings |= {"REDIS_URL": url, "LAYERED_BACKING": "redis"}
    elif url:
        settings |= {"JDBC_URL": url, "JDBC_USER": "postgres"}
    return settings


def check(base):
    """The routes do what they say before anybody counts how fast."""
    status, body, cookie = servers.fetch(base + SET)
    assert (status, body) == (200, "set_session") and cookie, (status, body)
    assert servers.fetch(base + "/get_session", cookie)[1] == "get_session:6666"
    assert servers.fetch(base + "/update_session", cookie)[1] == "counter:1"
    assert servers.fetch(base + "/update_session", cookie)[1] == "counter:2"
    assert servers.fetch(base + "/del_session", cookie)[1] == "del_session"
    assert servers.fetch(base + "/get_session", cookie)[1] == "get_session:None"


def measure(name, arguments):
    kind, backend = STORES[name]
    with ExitStack() as stack:
        url, store_pid = stack.enter_context(backend()) if backend else (None, None)
        port, pid, start = stack.enter_context(
            servers.java(arguments.jar, settings_for(kind, url), arguments.java_options.split()))
        base = f"http://127.0.0.1:{port}"
        check(base)
        cookie = servers.fetch(base + SET)[2]
        routes = {
            "plain": ("/plain", None),
            "read": ("/get_session", cookie),
            "change": ("/update_session", cookie),
            "set": ("/set_session?name=other", cookie),
            "new": (SET, None),
        }
        def sample(route, seconds):
            path, with_cookie = routes[route]
            return load.wrk(
                base + path, seconds, arguments.connections, with_cookie, pid, store_pid)
        for route in routes:
            sample(route, arguments.warmup)
        samples = {route: [] for route in routes}
        for _ in range(arguments.rounds):
            for route in routes:
                samples[route].append(sample(route, arguments.seconds))
        return samples, start, servers.resident_mebibytes(pid)


def report(name, samples, start, resident):
    plain = statistics.median(s.rate for s in samples["plain"])
    print(f"\n{name}: first answer after {start:.2f} s, {resident:.0f} MiB resident at the end")
    print(f"  {'':8}{'req/s':>9}{'ratio':>7}{'p50 ms':>8}{'p99 ms':>8}{'server us':>11}{'store us':>10}{'errors':>8}")
    for route, runs in samples.items():
        middle = {f: statistics.median(getattr(s, f) for s in runs)
                  for f in ("rate", "p50", "p99", "server_cpu", "store_cpu")}
        errors = sum(s.errors for s in runs)
        print(f"  {route:8}{middle['rate']:9.0f}{middle['rate'] / plain:7.2f}{middle['p50']:8.2f}"
              f"{middle['p99']:8.2f}{middle['server_cpu']:11.1f}{middle['store_cpu']:10.1f}{errors:8}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", default=",".join(STORES), help="comma list of: " + ", ".join(STORES))
    parser.add_argument("--seconds", type=int, default=5, help="length of one sample")
    parser.add_argument("--rounds", type=int, default=3, help="samples of each route; the median counts")
    parser.add_argument("--warmup", type=int, default=5, help="seconds of each route before the first sample")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--jar", default=ROOT / "target/statekeep.jar")
    parser.add_argument("--java-options", default="-Xmx512m")
    arguments = parser.parse_args()
    for name in arguments.stores.split(","):
        try:
            report(name, *measure(name, arguments))
        except LookupError as missing:
            print(f"\n{name}: left out, {missing}")


if __name__ == "__main__":
    main()
