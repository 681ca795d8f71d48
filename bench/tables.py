"""Tables, for a terminal and for a document."""

import os
from dataclasses import dataclass


@dataclass
class Table:
    """A title, a line about what is shown, a header and rows of text."""

    title: str
    about: str
    header: list
    rows: list

    def text(self):
        cells = [self.header, *self.rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.header))]
        lines = [
            "  ".join(cell.rjust(width) if i else cell.ljust(width)
                      for i, (cell, width) in enumerate(zip(row, widths)))
            for row in cells]
        return "\n".join([self.title, *("  " + line.rstrip() for line in lines)])

    def markdown(self):
        rule = ["---", *("---:" for _ in self.header[1:])]
        lines = ["| " + " | ".join(row) + " |" for row in [self.header, rule, *self.rows]]
        return "\n".join([f"### {self.title}", "", self.about, "", *lines])


def number(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def facts(setting):
    return "\n".join(f"- {name}: {value}" for name, value in setting.items())


def image(document, plot, title):
    return f"![{title}]({os.path.relpath(plot, document.parent)})"


def around(path, mark):
    """What stands before and after the marked part of a document, marks included."""
    begin, end = f"<!-- begin {mark} -->", f"<!-- end {mark} -->"
    head, found, rest = path.read_text().partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"{path} has no {begin} ... {end}")
    return head + begin, end + tail


def rewrite(path, mark, parts):
    """Puts parts between the marks of a document: all else there is written by hand."""
    head, tail = around(path, mark)
    path.write_text("\n\n".join([head, *parts, tail]))
