#!/usr/bin/env python3
"""Draws the speed of matrix products by their size, on one thread and on two, from what the benchmark `sizes` prints.

    python benches/sizes.py --out docs/sizes.png
"""

import argparse
import os
import re
import subprocess

from comparison.chart import draw_sizes

LINE = re.compile(r" *(\d+) +(\d+\.\d+)(?: +\d+\.\d+)? *\n")
"""A size, its GFLOP/s, and the ratio to those of the size before."""


def speeds(threads):
    """GFLOP/s by size; what the benchmark prints is shown as it comes."""
    command = ["cargo", "bench", "--bench", "sizes"]
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    found = {}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            if match := LINE.fullmatch(line):
                found[int(match[1])] = float(match[2])
    if process.returncode != 0 or not found:
        raise SystemExit("`cargo bench --bench sizes` failed")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--out", default="target/sizes.png", metavar="FILE")
    options = parser.parse_args()
    draw_sizes({threads: speeds(threads) for threads in options.threads}, options.out)


if __name__ == "__main__":
    main()
