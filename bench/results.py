"""What a run found, as JSON and as medians over its rounds."""

import json
import statistics
from dataclasses import asdict, dataclass, field

from load import Sample


@dataclass
class Round:
    """One start of one peer.

    `alone` and `at_once` are increments lost of one client and of several, `refused` those that were
    not answered with a count, `dead` sessions that are gone after the load. `samples` are those of each load,
    in the order of the turns.
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

    def samples(self, name, load):
        return [sample for one in self.rounds[name] for sample in one.samples[load]]

    def middle(self, name, load, figure):
        """The median of one figure, or None where it is not counted."""
        found = [getattr(sample, figure) for sample in self.samples(name, load)]
        return None if None in found else statistics.median(found)

    def total(self, name, load, figure):
        return sum(getattr(sample, figure) for sample in self.samples(name, load))

    def of_rounds(self, name, figure):
        return [getattr(r, figure) for r in self.rounds[name]]

    def ratio(self, name, load, other, other_load, figure="rate"):
        """The median of the ratios of single samples of one round: of a load in both, what ran close together."""
        return statistics.median(
            getattr(one, figure) / max(0.1, getattr(another, figure))
            for mine, theirs in zip(self.rounds[name], self.rounds[other])
            for one, another in zip(mine.samples[load], theirs.samples[other_load]))

    def save(self, path):
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def read(path):
    found = json.loads(path.read_text())
    results = Results(found["setting"])
    for name, rounds in found["rounds"].items():
        for one in rounds:
            one["samples"] = {
                load: [Sample(**sample) for sample in all_of] for load, all_of in one["samples"].items()}
            results.add(name, Round(**one))
    return results
