"""The plot of a run: a group of bars for each load."""

import svg
from peers import ALL, LOADS

TITLES = {"plain": "without a session", "read": "read a session", "change": "change a session",
          "new": "new session", "forged": "a forged cookie"}
NAMES, BARS, NUMBERS = 190, 500, 200
ROW, BAR, HEAD = 20, 14, 34


def draw(results):
    parts, y = [svg.text(12, 24, "Requests a second", size=16, weight="bold")], 40
    parts.append(svg.text(NAMES, 24, results.setting["machine"].split(",")[0] + " shared by server, store and wrk"))
    top = max(results.middle(name, load, "rate") for name, rounds in results.rounds.items()
              for load in rounds[0].samples)
    for load in LOADS:
        shown = [name for name in results.rounds if results.measured(name, load)]
        if shown:
            y = group(parts, y, load, {name: results.middle(name, load, "rate") for name in shown},
                      {name: results.middle(name, load, "late") or 0 for name in shown}, top)
    return svg.page(NAMES + BARS + NUMBERS, y + 10, "Requests a second of Statekeep and its peers", parts)


def group(parts, y, load, rates, late, top):
    """One load: its title and a bar for each peer, all groups on one scale."""
    parts.append(svg.text(12, y + 20, TITLES[load], size=14, weight="bold"))
    y += HEAD
    parts.append(svg.line(NAMES, y - 4, NAMES, y + ROW * len(rates) - 2))
    for name, rate in rates.items():
        width = BARS * rate / top
        color = svg.OURS if ALL[name].ours else svg.OTHERS
        parts.append(svg.text(NAMES - 8, y + 11, name, "end"))
        parts.append(svg.bar(NAMES, y, width, BAR, color))
        note = f", the last stored {late[name]:.1f} s later" if late[name] > 0.5 else ""
        parts.append(svg.text(NAMES + width + 6, y + 11, f"{rate:,.0f}{note}"))
        y += ROW
    return y
