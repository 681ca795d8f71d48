"""Load before a sample, until the JVM's compilers have little left to do."""

import processes

SLICE = 5
# New sessions stay in the memory of a server without a store, or of its store: short slices, and no more than so many.
NEW_SLICE = 1
MOST_NEW = 60_000
MOST_NEW_IN_STORE = 300_000
# At rest, the compilers take less than this share of one processor; one slice may be so by chance.
REST = 0.05
SLICES = 2


def until_warm(pid, load, most):
    """Calls `load` with a number of seconds, for `most` seconds at most."""
    run(pid, load, SLICE, lambda seconds, _: seconds >= most)


def until_warm_with_new(pid, load, most, most_new):
    """The same where each request leaves a session."""
    run(pid, load, NEW_SLICE, lambda seconds, requests: seconds >= most or requests >= most_new)


def run(pid, load, slice_seconds, enough):
    seconds = requests = resting = 0
    while resting < SLICES and not enough(seconds, requests):
        before = processes.compiler_seconds(pid)
        requests += load(slice_seconds).requests
        seconds += slice_seconds
        share = (processes.compiler_seconds(pid) - before) / slice_seconds
        # A compiler's thread that ended takes its time with it.
        resting = resting + 1 if 0 <= share < REST else 0
