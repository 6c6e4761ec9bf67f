"""The processes that are compared: how each is started, and how it is asked."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)

OURS = "einstan"
REFERENCE = "reference"
PYTHON = {"numpy": "numpy", "torch": "torch", "torch.compile": "torch", "jax": "jax"}
"""Python peers, and the package that each needs."""
RUST = ["ndarray", "ndarray-einsum", "candle", "burn"]
OPENBLAS = "ndarray+openblas"
PEERS = [*PYTHON, *RUST, OPENBLAS]


def cargo(*arguments):
    """Builds something, and gives its executable, or nothing where it cannot be built."""
    command = ["cargo", *arguments, "--message-format", "json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    messages = map(json.loads, done.stdout.splitlines())
    found = [m["executable"] for m in messages if m.get("executable")]
    return found[-1] if found else None


def build_ours():
    return cargo("bench", "--bench", "table", "--no-run")


def build_peers(openblas):
    """The package of the Rust peers, with or without OpenBLAS."""
    manifest = os.path.join(HERE, "peers", "Cargo.toml")
    features = ["--features", "openblas"] if openblas else []
    executable = cargo("build", "--release", "--locked", "--manifest-path", manifest, *features)
    if executable is None:
        return None
    # The other one is built at the same place, so that both share what they depend on.
    return shutil.copy(executable, executable + ("-openblas" if openblas else "-plain"))


def commands(peers, folder):
    """How ours and each of the peers is started: `(commands by name, what is missing and why)`."""
    found, missing = {}, {}
    ours = build_ours()
    if ours is None:
        raise SystemExit("`cargo bench --bench table --no-run` failed")
    found[OURS] = [ours, "--serve", folder]
    for name in peers:
        if name in PYTHON:
            check = [sys.executable, "-c", f"import {PYTHON[name]}"]
            if subprocess.run(check, stderr=subprocess.DEVNULL).returncode == 0:
                found[name] = python(name, folder)
            else:
                missing[name] = f"no module {PYTHON[name]}"
    for openblas in [False, True]:
        names = [p for p in peers if p not in PYTHON and (p == OPENBLAS) == openblas]
        executable = build_peers(openblas) if names else None
        for name in names:
            if executable is None:
                missing[name] = "benches/peers does not build" + openblas * " with OpenBLAS"
            else:
                found[name] = [executable, name, "--serve", folder]
    return found, missing


def python(name, folder):
    return [sys.executable, "-m", "comparison.child", name, folder]


def environment(threads):
    variables = dict(os.environ, JAX_PLATFORMS="cpu")
    pools = ["OMP", "OPENBLAS", "MKL", "RAYON"]
    variables |= {f"{pool}_NUM_THREADS": str(threads) for pool in pools}
    return variables


class Failed(Exception):
    """A child could not do what it was asked."""


@dataclass
class Child:
    """A process that answers a line of JSON to each command."""

    name: str
    process: subprocess.Popen

    @staticmethod
    def start(name, command, threads, log):
        # Cores are taken away, not only threads: some libraries start as many as there are cores.
        cores = ",".join(map(str, range(threads)))
        process = subprocess.Popen(
            ["taskset", "-c", cores, *command],
            cwd=HERE,
            env=environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
        )
        return Child(name, process)

    def ask(self, *words):
        try:
            print(*words, file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"the process of {self.name} ended")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise Failed(answer["error"])
        return answer

    def stop(self):
        self.process.stdin.close()
        self.process.wait()
