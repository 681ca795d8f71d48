"""Histograms of latencies over powers of ten, one below another, and marks of bounds in them."""

import math

import svg

LEFT, PLOT, TOP, ROW, BARS = 210, 520, 58, 78, 46
LOW, HIGH, EACH = -4, 1, 12


def draw(title, groups, bound):
    """`groups`: a name and seconds each. A count is drawn by its logarithm, so that one round is seen."""
    height = TOP + ROW * len(groups) + 30
    parts = [svg.text(12, 24, title, size=15, weight="bold"),
             svg.text(12, 42, "height: logarithm of the number of rounds; red: the bound")]
    for row, (name, seconds) in enumerate(groups.items()):
        floor = TOP + ROW * row + BARS + 14
        parts.append(svg.text(LEFT - 12, floor - 8, name, "end"))
        parts.append(svg.line(LEFT, floor, LEFT + PLOT, floor))
        parts += bars(seconds, floor)
        parts.append(svg.line(x(bound), floor, x(bound), floor - BARS, svg.COLORS[1]))
    for power in range(LOW, HIGH + 1):
        parts.append(svg.text(x(10 ** power), height - 10, label(10 ** power), "middle"))
    return svg.page(LEFT + PLOT + 40, height, title, parts)


def bars(seconds, floor):
    width = PLOT / ((HIGH - LOW) * EACH)
    counts = [0] * ((HIGH - LOW) * EACH)
    for one in seconds:
        counts[min(len(counts) - 1, max(0, int((x(one) - LEFT) / width)))] += 1
    top = math.log10(max(counts) + 1) or 1
    return [svg.bar(LEFT + index * width, floor - BARS * math.log10(count + 1) / top, width - 1,
                    BARS * math.log10(count + 1) / top, svg.OURS)
            for index, count in enumerate(counts) if count]


def x(seconds):
    place = (math.log10(max(seconds, 10 ** LOW)) - LOW) / (HIGH - LOW)
    return LEFT + PLOT * min(1, place)


def label(seconds):
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1000:g} ms"
