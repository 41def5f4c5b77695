"""What Lighthouse says of every page: performance, accessibility, best practices, each 95 at least.

python -m bench.audit
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.server import PORT, server

PAGES = ("/", "/gates", "/video", "/sentence", "/lab", "/lab/sentence", "/lab/vision")
PAGES += ("/lab/streets", "/models", "/docs", "/learn")
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
METRICS = ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
LIGHTHOUSE = "lighthouse@13.5.0"  # for this bench alone: 200 packages, which no check needs
FLAGS = "--headless=new --no-sandbox --disable-gpu"


def audited(path: str) -> dict[str, Any]:
    """Lighthouse's report of a page, as a desktop's browser opens it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [
                *("npx", "--yes", LIGHTHOUSE, f"http://127.0.0.1:{PORT}{path}", "--quiet"),
                *("--preset=desktop", f"--only-categories={','.join(CATEGORIES)}"),
                *(f"--chrome-flags={FLAGS}", "--output=json", f"--output-path={report}"),
            ],
            check=True,
            timeout=180,
            env={"CHROME_PATH": shutil.which("chromium") or "", **os.environ},
        )
        return dict(json.loads(report.read_text(encoding="utf-8")))


def scores(report: dict[str, Any]) -> dict[str, int]:
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}


def failed(report: dict[str, Any]) -> list[str]:
    """Names of the audits that count and were not passed."""
    names = [ref["id"] for name in CATEGORIES[1:] for ref in report["categories"][name]["auditRefs"]
             if ref["weight"]]  # fmt: skip
    found = [report["audits"][name] for name in names]
    return [each["id"] for each in found if each["score"] is not None and each["score"] < 1]


def main() -> None:
    low = []
    with server() as client:
        chapters = re.findall(r'href="(/learn/[^"?]+)"', client.get("/learn").text)
        for path in (*PAGES, *dict.fromkeys(chapters)):
            report = audited(path)
            found = scores(report)
            measured = [report["audits"][name].get("displayValue", "") for name in METRICS]
            print(f"{path:30}", *found.values(), *measured, *failed(report), flush=True)
            low += [path for score in found.values() if score < LEAST]
    if low:
        sys.exit(f"under {LEAST}: {', '.join(dict.fromkeys(low))}")


if __name__ == "__main__":
    main()
