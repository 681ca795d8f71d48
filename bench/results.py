"""What a run found, as JSON and as medians over its rounds."""

import json
import statistics
from dataclasses import asdict, dataclass, field

from load import Sample


@dataclass
class Round:
    """One start of one peer.

    `alone` and `at_once` are increments lost of one client and of several, `refused` those that were
    not answered with a count, `dead` sessions that are gone after the load.
    """

    start: float
    resident: float
    wrong: list
    alone: int
    at_once: int
    refused: int
    dead: int
    samples: dict


@dataclass
class Results:
    """All rounds of all peers, and where and how they ran."""

    setting: dict
    rounds: dict = field(default_factory=dict)

    def add(self, name, one):
        self.rounds.setdefault(name, []).append(one)

    def measured(self, name, load):
        return load in self.rounds[name][0].samples

    def middle(self, name, load, figure):
        """The median of one figure, or None where it is not counted."""
        found = [getattr(r.samples[load], figure) for r in self.rounds[name]]
        return None if None in found else statistics.median(found)

    def total(self, name, load, figure):
        return sum(getattr(r.samples[load], figure) for r in self.rounds[name])

    def of_rounds(self, name, figure):
        return [getattr(r, figure) for r in self.rounds[name]]

    def ratio(self, name, load, other, other_load, figure="rate"):
        """The median of the rounds' ratios: what ran close together is compared."""
        return statistics.median(
            getattr(mine.samples[load], figure) / max(0.1, getattr(theirs.samples[other_load], figure))
            for mine, theirs in zip(self.rounds[name], self.rounds[other]))

    def save(self, path):
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def read(path):
    found = json.loads(path.read_text())
    results = Results(found["setting"])
    for name, rounds in found["rounds"].items():
        for one in rounds:
            one["samples"] = {load: Sample(**sample) for load, sample in one["samples"].items()}
            results.add(name, Round(**one))
    return results
