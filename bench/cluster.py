"""The service on Ray Serve with a store of its own, for bench.serve: both end with this process.

    python -m bench.cluster --replicas 2 --port 8773

The models of that bench are deployments, each of so many replicas that have the cores between them.
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


def serve(port: int, replicas: int, folder: Path) -> int:
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(serve(given.port, given.replicas, Path(folder)))


if __name__ == "__main__":
    main()
