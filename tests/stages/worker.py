"""A stages worker as a process for tests: settings from the environment, the small shop's journey.

`CRASH_AT` names a crash point and after how many passes the process kills itself there. `UNDER_WAY` milliseconds are
given to an attempt to tell somebody of an incident, so that a test need not wait a minute; within
`SEE_PARTITIONS_WITHIN` seconds it sees that a topic has grown.
"""

import itertools
import logging
import os
import signal
import sys
from datetime import timedelta

from services.core.spikes import delivery
from services.settings import Settings
from services.stages import app, process, writes
from services.stages.alerts import courier
from services.stages.preparation import Preparation
from tests.core.build import shop


def crash_at(fatal: str, passes: int) -> None:
    counter = itertools.count(1)

    def at(point: str) -> None:
        if point == fatal and next(counter) == passes:
            os.kill(os.getpid(), signal.SIGKILL)

    writes.at = courier.at = at


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if named := os.environ.get("CRASH_AT"):
        point, passes = named.split(":")
        crash_at(point, int(passes))
    delivery.UNDER_WAY = int(os.environ.get("UNDER_WAY", delivery.UNDER_WAY))
    app.SEE_PARTITIONS_WITHIN = timedelta(seconds=int(os.environ.get("SEE_PARTITIONS_WITHIN", 30)))
    settings = Settings()
    sys.exit(process.run(settings, shop(), Preparation(settings)))
