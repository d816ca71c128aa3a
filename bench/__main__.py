"""All benches in one run: `uv run python -m bench`. It takes about fifteen minutes and wants the machine to itself."""

import subprocess
import sys

PARTS = (
    ("HTTP ingest, acknowledged by a real Kafka", ["bench.ingest"]),
    ("A stages worker on a real Kafka", ["bench.stages", "--events", "300000"]),
    ("End to end in one process", ["bench.embedded"]),
    ("How long a newcomer waits", ["bench.demo", "3"]),
)


def main() -> None:
    for title, (module, *arguments) in PARTS:
        print(f"\n== {title} ==", flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
