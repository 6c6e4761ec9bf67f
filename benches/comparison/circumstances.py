"""On what, with what and when something was measured."""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess

from .children import HERE, ROOT

PACKAGES = ["numpy", "opt_einsum", "torch", "jax", "jaxlib"]
CRATES = ["ndarray", "ndarray-einsum", "candle-core", "candle-nn", "burn-tensor", "burn-flex"]


def circumstances():
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": output("git", "describe", "--always", "--dirty", "--exclude", "*"),
        "rustc": output("rustc", "--version"),
        "machine": machine(),
        "load": os.getloadavg()[0],  # what runs beside it slows whoever has more threads
        "versions": {"python": platform.python_version()} | packages() | crates(),
    }


def output(*command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


def machine():
    facts = json.loads(output("lscpu", "--json") or '{"lscpu": []}')["lscpu"]
    facts = {fact["field"].rstrip(":"): fact["data"] for fact in facts}
    wanted = ["Model name", "CPU family", "Model", "L2 cache", "L3 cache"]
    return {
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count(),
    } | {name: facts[name] for name in wanted if name in facts}


def packages():
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def crates():
    """What the lock file of the Rust peers says."""
    import tomllib

    with open(os.path.join(HERE, "peers", "Cargo.lock"), "rb") as file:
        locked = tomllib.load(file)["package"]
    return {package["name"]: package["version"] for package in locked if package["name"] in CRATES}


def by_lines(record):
    """A record as JSON, each measurement on a line of its own."""
    threads = {
        n: "[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]"
        for n, entries in record["threads"].items()
    }
    head = json.dumps({key: value for key, value in record.items() if key != "threads"}, indent=1)
    tables = ",\n".join(f'"{n}": {entries}' for n, entries in threads.items())
    return head.removesuffix("\n}") + ',\n "threads": {\n' + tables + "\n}\n}\n"
