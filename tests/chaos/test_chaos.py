"""The short version of the proof: the long one (`make chaos`) is the same code with more of everything."""

from pathlib import Path

from tests.chaos import embedded, trial
from tests.kafka_server import need_kafka

# A fixed seed draws the same schedule each time; what a process is doing when it dies still differs from run to run.
SEED = 7


async def test_whatever_breaks_what_was_acknowledged_is_stored_once_and_judged_right(tmp_path: Path) -> None:
    need_kafka()

    report = await trial.run(trial.Trial.short(SEED), tmp_path, print)

    print(report)
    assert "each stored once" in report


async def test_an_installation_of_one_process_loses_nothing_when_killed(tmp_path: Path) -> None:
    killed = embedded.EmbeddedTrial(SEED, kills=3, events=2_000)

    report = await embedded.run(killed, tmp_path, print)

    print(report)
    assert "each stored once" in report
