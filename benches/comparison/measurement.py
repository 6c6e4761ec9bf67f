"""Rounds over all children: what each takes for each row, direction and way."""

import random
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field

from .agreement import TOLERANCE, error, results
from .children import REFERENCE, Child, Failed, python

PAUSE = 0.08
"""Seconds between two children: threads that wait for more work spin before they sleep, those of OpenBLAS for 25 ms."""


@dataclass
class Entry:
    """One way of one child to do one row in one direction."""

    peer: str
    row: str
    direction: str
    way: str
    error: float | None = None
    failure: str | None = None
    medians: list[float] = field(default_factory=list)
    leasts: list[float] = field(default_factory=list)

    @property
    def median(self):
        return statistics.median(self.medians)

    @property
    def agrees(self):
        return self.error is not None and self.error <= TOLERANCE

    @property
    def counts(self):
        """Whether there is a time that may be compared."""
        return self.agrees and bool(self.medians)

    def record(self):
        times = {"median": self.median, "least": min(self.leasts)} if self.medians else {}
        return asdict(self) | times


def say(text):
    print(text, file=sys.stderr, flush=True)


def start_all(commands, threads, log):
    """The children, and what each of them has: `{name: (child, [(row, direction, way)])}`."""
    children = {}
    for name, command in commands.items():
        child = Child.start(name, command, threads, log)
        try:
            children[name] = child, [tuple(place) for place in child.ask("rows")]
        except Failed as failed:
            say(f"{name}: {failed}")
    return children


def measure(commands, rows, threads, rounds, milliseconds, folder, log):
    """All entries of the rows, `[(row, direction)]`, and the floors on one core."""
    reference = Child.start(REFERENCE, python(REFERENCE, folder), threads, log)
    children = start_all(commands, threads, log)
    try:
        floors = next(iter(children.values()))[0].ask("floors")
        entries = []
        for row, direction in rows:
            say(f"{row} {direction}, threads: {threads}")
            expected = results(reference, row, direction, "plain")
            entries += turn(children, row, direction, expected, rounds, milliseconds)
        return entries, floors
    finally:
        reference.stop()
        for child, _ in children.values():
            child.stop()


def turn(children, row, direction, expected, rounds, milliseconds):
    """One row in one direction: every way in turn, so often as there are rounds, each time in another order."""
    entries = []
    for name, (child, places) in children.items():
        for place in places:
            if place[:2] == (row, direction):
                entry = Entry(name, *place)
                attempt(entry, lambda: check(child, entry, expected))
                entries.append(entry)
    for number in range(rounds):
        for entry in random.Random(number).sample(entries, len(entries)):
            if entry.failure is None:
                child = children[entry.peer][0]
                attempt(entry, lambda: clock(child, entry, milliseconds))
                time.sleep(PAUSE)
    return entries


def attempt(entry, action):
    try:
        action()
    except Failed as failed:
        entry.failure = str(failed)
        say(f"  {entry.peer} {entry.row} {entry.direction} {entry.way}: {failed}")


def check(child, entry, expected):
    found = results(child, entry.row, entry.direction, entry.way)
    entry.error = error(found, expected)
    if not entry.agrees:
        raise Failed(f"off by {entry.error:.1e}")


def clock(child, entry, milliseconds):
    answer = child.ask("time", entry.row, entry.direction, entry.way, milliseconds)
    entry.medians.append(answer["median"])
    entry.leasts.append(answer["least"])
