"""The tables of a run."""

import statistics

from client import CLIENTS, STEPS
from peers import ALL, COMPARED, LOADS, NEW, PLAIN
from tables import Table, number


def tables(results):
    return [rates(results), *ratios(results), costs(results), processes(results), right(results)]


def rates(results):
    rows = []
    for name in results.rounds:
        row = [name]
        for load in LOADS:
            if not results.measured(name, load):
                row.append("–")
                continue
            rate = number(results.middle(name, load, "rate"))
            alone = load == PLAIN or not results.measured(name, PLAIN)
            own = "" if alone else f" ({results.ratio(name, load, name, PLAIN):.2f})"
            row.append(rate + own)
        rows.append(row)
    return Table(
        "Requests a second",
        "In parentheses the ratio to the same server's route without a session.",
        ["", *LOADS], rows)


def ratios(results):
    rows = []
    for name in results.rounds:
        for other in ALL[name].against if name in ALL else ():
            if other in results.rounds:
                rows.append([f"{name} / {other}", *(
                    f"{results.ratio(name, load, other, load, figure):.2f}"
                    if results.measured(name, load) and results.measured(other, load) else "–"
                    for load, figure in (*((load, "rate") for load in COMPARED), (NEW, "stored")))])
    if not rows:
        return []
    return [Table(
        "Statekeep to others",
        "Requests a second of the first to those of the second, in the same round. Stored: the time that the store was"
        " busy after the last answer is counted, too.",
        ["", *COMPARED, f"{NEW}, stored"], rows)]


def costs(results):
    rows = []
    for name, rounds in results.rounds.items():
        for load in rounds[0].samples:
            def middle(figure, digits):
                return number(results.middle(name, load, figure), digits)
            rows.append([
                f"{name} {load}", middle("p50", 2), middle("p99", 2), middle("server_cpu", 1),
                middle("store_cpu", 1), middle("commands", 2), middle("reads", 2),
                middle("late", 1)])
    return Table(
        "Latency and cost of a request",
        "CPU time of server and store. Commands: with Redis all that it carried out, those inside scripts"
        " included; with PostgreSQL all statements, BEGIN and COMMIT among them. Reads: how often Redis found"
        " something sent, about one for each round trip. Late: how long the store was busy with requests that had"
        " been answered; their cost is counted, the rate is that of the answers.",
        ["", "p50 ms", "p99 ms", "server us", "store us", "commands", "reads", "late s"], rows)


def processes(results):
    rows = [[name, number(statistics.median(results.of_rounds(name, "start")), 2),
             number(statistics.median(results.of_rounds(name, "resident")))]
            for name in results.rounds]
    return Table(
        "Start and memory",
        "From exec to the first answer; resident memory of the server after all loads.",
        ["", "start s", "resident MiB"], rows)


def right(results):
    rows = []
    for name, rounds in results.rounds.items():
        if len(rounds[0].samples) < 2:
            continue
        loads = rounds[0].samples
        rows.append([
            name,
            str(sum(len(wrong) for wrong in results.of_rounds(name, "wrong"))),
            f"{sum(results.of_rounds(name, 'alone'))} of {STEPS * len(rounds)}",
            f"{sum(results.of_rounds(name, 'at_once'))} of {STEPS * CLIENTS * len(rounds)}",
            str(sum(results.of_rounds(name, "refused"))),
            str(sum(results.total(name, load, "lost") for load in loads)),
            str(sum(results.of_rounds(name, "dead"))),
            str(sum(results.total(name, load, "errors") for load in loads))])
    return Table(
        "What went wrong",
        f"Before the load: wrong answers to single requests; increments of one session lost that one client"
        f" made, one after another, and that {CLIENTS} clients made at once; and those that were not answered"
        " with a count within ten seconds. Under load: increments lost, sessions lost, and answers that were errors"
        " or did not come. All rounds together.",
        ["", "wrong answers", "lost, 1 client", f"lost, {CLIENTS} clients", "refused",
         "lost under load", "sessions lost", "errors"], rows)
