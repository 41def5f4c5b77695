"""What Ray Serve costs: the service in one process, and on a cluster of this machine, in one run.

    python -m bench.cluster [--clients 1,8,64] [--seconds 5] [--targets embedded,ray1,ray2]

Figures are those of bench/serve.py. Targets of a cluster are begun by `--replicas 2 --port 8773`:
with a store of their own, and each model of the bench as a deployment of so many replicas, which
have the cores between them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import serve
from bench.service import Target

MODELS = ("dinov2-small", "bergamot-en-pt")
PLACES = 16  # for replicas, which cores have to share


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def config(port: int, store: int, replicas: int) -> str:
    cores = max(1, (os.cpu_count() or 1) // replicas)
    models = "".join(f"  {name}: {{replicas: {replicas}, cpus: {cores}}}\n" for name in MODELS)
    return (
        f"port: {port}\nstore: redis://127.0.0.1:{store}\n"
        f"local: {{cpus: {PLACES}, object_bytes: 200000000}}\nmodels:\n{models}"
    )


def run(port: int, replicas: int, folder: Path) -> int:
    """Until it is told to stop."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise SystemExit("redis-server is not there: apt-get install redis-server")
    at = free_port()
    quiet = subprocess.DEVNULL
    store = subprocess.Popen([program, "--port", str(at), "--save", ""], stdout=quiet, cwd=folder)
    file = folder / "deploy.yaml"
    file.write_text(config(port, at, replicas))
    command = [sys.executable, "-m", "foveate.app.cli", "deploy", "--config", str(file)]
    deployed = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: deployed.terminate())
    try:
        return deployed.wait()
    finally:
        store.terminate()
        store.wait()


def begun(replicas: int, port: int) -> Target:
    command = (sys.executable, "-m", "bench.cluster", "--replicas", str(replicas))
    return Target(port, (*command, "--port", "{port}"))


def options() -> argparse.ArgumentParser:
    targets = {"embedded": Target(8775), "ray1": begun(1, 8773), "ray2": begun(2, 8774)}
    parser = serve.options(__doc__, targets)
    parser.add_argument("--replicas", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    return parser


def main() -> None:
    given = options().parse_args()
    if given.replicas is None:
        serve.compare(given.targets, given.kinds, given.clients, given.seconds)
        return
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(run(given.port, given.replicas, Path(folder)))


if __name__ == "__main__":
    main()
