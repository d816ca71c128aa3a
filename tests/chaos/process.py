"""A command of ours as a process that can be told to kill itself at a crash point.

`python -m tests.chaos.process stages` is `desireline stages`, except that it dies where the file named by
CHAOS_ORDERS says: the name of a crash point, obeyed at its next pass and then gone.
"""

import os
import signal
import sys
from pathlib import Path

from services.edges import producer
from services.main import main
from services.stages import writes


class Orders:
    """A crash point to die at, left in a file by whoever wants it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def give(self, point: str) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(point)
        draft.replace(self.file)

    def withdraw(self) -> None:
        self.file.unlink(missing_ok=True)

    def obey(self, point: str) -> None:
        """Die here if it was ordered."""
        try:
            ordered = self.file.read_text()
        except FileNotFoundError:
            return
        if ordered == point:
            self.withdraw()
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    orders = Orders(Path(os.environ["CHAOS_ORDERS"]))
    writes.at = producer.at = orders.obey
    sys.argv[0] = "desireline"
    main()
