"""A Python peer as a process that answers what `compare.py` asks, as `table/server.rs` does for Rust."""

import gc
import json
import os
import statistics
import sys
import time

import numpy as np

from . import inputs

SAMPLE = 50e-6
"""A sample is as many calls as take this long, so that reading the clock is no part of it."""


def make(name):
    if name == "numpy":
        from .by_numpy import Peer

        return Peer()
    if name == "jax":
        from .by_jax import Peer

        return Peer()
    import torch

    from .by_torch import Peer

    kind = torch.float64 if name == "reference" else torch.float32
    return Peer(compiled=name == "torch.compile", kind=kind)


def timed(case, seconds):
    """Median and least microseconds of a call, after a quarter of the time for caches and threads to settle."""
    start, calls = time.perf_counter(), 0
    while calls < 2 or time.perf_counter() - start < seconds / 4:
        case()
        calls += 1
    each = (time.perf_counter() - start) / calls
    batch = int(SAMPLE / each) + 1

    samples, start = [], time.perf_counter()
    while len(samples) < 3 or time.perf_counter() - start < seconds:
        sample = time.perf_counter()
        for _ in range(batch):
            case()
        samples.append((time.perf_counter() - sample) / batch * 1e6)
    return {"median": statistics.median(samples), "least": min(samples)}


class Child:
    def __init__(self, name, folder):
        self.peer = make(name)
        self.precise = name == "reference"
        self.folder = folder
        self.place = None
        self.cases = {}

    def answer(self, command, *words):
        match command, words:
            case "rows", ():
                return [
                    [row, direction, way]
                    for row in inputs.ROWS
                    for direction in inputs.directions(row)
                    for way in self.peer.ways(row, direction)
                ]
            case "time", (row, direction, way, milliseconds):
                return timed(self.case(row, direction, way), int(milliseconds) / 1e3)
            case "check", (row, direction, way):
                return self.check(row, direction, way)
        raise ValueError(f"no command: {command}")

    def case(self, row, direction, way):
        """The case that is there, or a new one, before which those of other rows go."""
        if self.place != (row, direction):
            self.place, self.cases = (row, direction), {}
            gc.collect()
        if way not in self.cases:
            self.cases[way] = self.peer.case(row, direction, way)
        return self.cases[way]

    def check(self, row, direction, way):
        """Of a case of its own, since a step of training changes what it is given."""
        kind = "<f8" if self.precise else "<f4"
        results = self.peer.case(row, direction, way)()
        files = []
        for at, result in enumerate(results):
            if hasattr(result, "detach"):
                result = result.detach()
            files.append(os.path.join(self.folder, f"result.{os.getpid()}.{at}.raw"))
            np.asarray(result).astype(kind).tofile(files[-1])
        return {"kind": kind, "files": files}


def serve(name, folder):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    child = Child(name, folder)
    for line in sys.stdin:
        try:
            answer = child.answer(*line.split())
        except Exception as error:  # the comparison goes on without this case
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
