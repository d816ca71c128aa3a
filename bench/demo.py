"""How long a newcomer waits for the demo's answer: `uv run python -m bench.demo [RUNS]`.

Each run is a process of its own on an empty folder, everything on this machine, from the command to the answer.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DESIRELINE = Path(sys.executable).with_name("desireline")
PHASES = ("ready", "filled", "answered", "process")


def run(folder: str) -> dict[str, float]:
    """Seconds from the command to the end of each phase; `process` includes Python's start and everything's stop."""
    began = time.perf_counter()
    done = subprocess.run(
        [DESIRELINE, "demo", "--data", folder, "--port", "0", "--exit"], capture_output=True, text=True, check=True
    )
    process = time.perf_counter() - began
    took = re.search(r"Ready after ([\d.]+) s, filled after ([\d.]+) s, answered after ([\d.]+) s", done.stdout)
    events = re.search(r"^([\d,]+) events", done.stdout, re.MULTILINE)
    assert took, done.stdout
    assert events, done.stdout
    found = done.stdout.count("✓ found")
    print(f"{events[1]} events, {found} of 4 planted frictions found, process {process:.1f} s", flush=True)
    return dict(zip(PHASES, (*map(float, took.groups()), process), strict=True))


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        measured = [run(folder) for _ in range(runs)]
    print(f"{'seconds until':>14}  {'median':>7}  {'least':>6}  {'most':>6}")
    for phase in PHASES:
        seconds = [one[phase] for one in measured]
        print(f"{phase:>14}  {statistics.median(seconds):7.1f}  {min(seconds):6.1f}  {max(seconds):6.1f}")


if __name__ == "__main__":
    main()
