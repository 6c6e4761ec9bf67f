#!/usr/bin/env python3
"""Compares the generated code with other libraries, on this machine.

    pip install -r benches/requirements.txt
    python benches/compare.py                                  all rows and peers, on one thread and on two
    python benches/compare.py --only dense,soft --threads 2    rows whose names start so, on two threads
    python benches/compare.py --peers torch,jax --out folder   some peers; table, times and chart into the folder

Every library is a process that lives as long as the comparison. A round asks each of them in turn to time one row, so
that the machine's drift meets all alike. `README.md` beside this file says what is measured, and what the columns mean.
"""

import argparse
import json
import os
import tempfile

from comparison import inputs
from comparison.agreement import TOLERANCE
from comparison.chart import draw
from comparison.children import PEERS, commands
from comparison.circumstances import by_lines, circumstances
from comparison.measurement import measure, say
from comparison.table import lines, markdown, summary


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    split = lambda text: [part for part in text.split(",") if part]
    parser.add_argument("--only", type=split, default=[], metavar="ROWS", help="beginnings of names")
    parser.add_argument("--peers", type=split, default=PEERS, help=f"of {','.join(PEERS)}")
    parser.add_argument("--threads", type=split, default=["1", "2"], help="numbers of threads, 1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ms", type=int, default=200, help="of each way in each round")
    parser.add_argument("--out", default="target/comparison", metavar="FOLDER")
    options = parser.parse_args()
    unknown = set(options.peers) - set(PEERS)
    if unknown:
        parser.error(f"no peers: {', '.join(sorted(unknown))}")
    return options


def main():
    options = arguments()
    chosen = [r for r in inputs.ROWS if not options.only or r.startswith(tuple(options.only))]
    rows = [(row, direction) for row in chosen for direction in inputs.directions(row)]
    os.makedirs(options.out, exist_ok=True)
    record = circumstances() | {"tolerance": TOLERANCE, "rounds": options.rounds, "ms": options.ms}
    record["threads"], tables, texts = {}, {}, []
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(options.out, "log"), "w") as log:
        inputs.write(folder, chosen)
        found, missing = commands(options.peers, folder)
        record["missing"] = missing
        for name, why in missing.items():
            say(f"{name} is left out: {why}")
        for threads in map(int, options.threads):
            entries, floors = measure(
                found, rows, threads, options.rounds, options.ms, folder, log
            )
            tables[threads] = lines(entries, floors, threads)
            texts.append(f"## Threads: {threads}\n\n{markdown(tables[threads])}\n")
            print(texts[-1], flush=True)
            record["threads"][threads] = [entry.record() for entry in entries]

    def path(name):
        return os.path.join(options.out, name)

    with open(path("table.md"), "w") as file:
        file.write("\n".join(texts))
    with open(path("summary.md"), "w") as file:
        file.write(summary(tables))
    with open(path("times.json"), "w") as file:
        file.write(by_lines(record))
    draw(tables, path("ahead.png"))


if __name__ == "__main__":
    main()
