"""Pictures: how fast each row of a table is beside its best peer, and how fast products of each size are."""

import matplotlib

matplotlib.use("Agg")  # no screen is needed
import matplotlib.pyplot as plt

TITLES = {"forward": "forward", "both": "forward and backward"}


def draw(tables, path):
    """Bars for each number of threads, `{threads: lines}`, one picture a direction below the other."""
    figure, places = plt.subplots(len(TITLES), 1, figsize=(12, 8), layout="constrained")
    for place, (direction, title) in zip(places, TITLES.items()):
        bars(place, direction, tables)
        place.set_title(title)
    places[0].legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def counted(threads):
    return f"{threads} thread" + ("s" if threads != 1 else "")


def bars(place, direction, tables):
    ahead = {
        threads: {l.row: l.ahead for l in lines if l.direction == direction and l.ahead}
        for threads, lines in tables.items()
    }
    rows = list(dict.fromkeys(row for by_row in ahead.values() for row in by_row))
    width = 0.8 / len(tables)
    for at, (threads, by_row) in enumerate(ahead.items()):
        positions = [i + (at - (len(tables) - 1) / 2) * width for i in range(len(rows))]
        place.bar(positions, [by_row.get(row, 0) for row in rows], width, label=counted(threads))
    place.axhline(1, color="black", linewidth=1)  # as fast as the best peer
    place.set_yscale("log", base=2)
    place.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    place.set_ylabel("times as fast as the best peer")
    place.set_xticks(range(len(rows)), rows, rotation=30, ha="right")
    place.grid(axis="y", alpha=0.3)


def draw_sizes(speeds, path):
    """Lines of GFLOP/s by the side of a square product, `{threads: {size: speed}}`."""
    figure, place = plt.subplots(figsize=(10, 4), layout="constrained")
    for threads, by_size in speeds.items():
        place.plot(by_size.keys(), by_size.values(), marker=".", label=counted(threads))
    sizes = [n for n in next(iter(speeds.values())) if n & (n - 1) == 0]
    place.set_xscale("log", base=2)
    place.set_xticks(sizes, map(str, sizes))
    place.set_ylim(bottom=0)
    place.set_xlabel("rows, columns and terms of a product")
    place.set_ylabel("GFLOP/s")
    place.grid(alpha=0.3)
    place.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)
