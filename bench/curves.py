"""Plots of figures over a count that grows tenfold: logarithmic below, from zero upwards."""

import math

import svg

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 90, 48, 48


def draw(title, axis, counts, lines):
    top = nice(max(max(line) for line in lines.values()) or 1)
    low, high = math.log10(min(counts)), math.log10(max(counts))
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM

    def x(count):
        return LEFT + (right - LEFT) * (math.log10(count) - low) / ((high - low) or 1)

    def y(value):
        return floor - (floor - TOP) * value / top

    parts = [svg.text(LEFT, 26, title, size=15, weight="bold"),
             svg.text((LEFT + right) / 2, HEIGHT - 10, axis, "middle")]
    for step in range(5):
        value = top * step / 4
        parts.append(svg.line(LEFT, y(value), right, y(value)))
        parts.append(svg.text(LEFT - 8, y(value) + 4, svg.short(value), "end"))
    for count in counts:
        parts.append(svg.text(x(count), floor + 18, svg.short(count), "middle"))
    ends = apart({name: y(line[-1]) + 4 for name, line in lines.items()})
    for (name, line), color in zip(lines.items(), svg.COLORS):
        parts.append(svg.path([(x(c), y(v)) for c, v in zip(counts, line)], color))
        parts.append(svg.text(right + 10, ends[name], name, weight="bold").replace(svg.INK, color))
    return svg.page(WIDTH, HEIGHT, title, parts)


def apart(heights, gap=15):
    """Labels in their order, moved so that none covers another."""
    moved, last = {}, -gap
    for name, height in sorted(heights.items(), key=lambda item: item[1]):
        last = moved[name] = max(height, last + gap)
    return moved


def nice(value):
    """The next 1, 2, 4 or 8 times a power of ten."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
