"""What funnels take: `uv run python -m bench.answers --sessions 1000000`.

Funnels over generated sessions (bench/generated.py), each beside the least SQL that counts something like it: the
sessions that came to each stage, in whatever order, without times, windows or intervals. Rounds take turns, the least
counts.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import partial

from bench.bare import REACHED
from bench.generated import generated_shop
from bench.questions import least, taken
from services.api.question import Asked
from services.api.questions.funnel import FunnelQuestion, ask_funnel

QUESTIONS: Mapping[str, Mapping[str, str]] = {
    "stage funnel": {},
    "... in any order": {"order": "any"},
    "... strictly": {"order": "strict"},
    "... by job": {"breakdown": "job"},
    "... with a window of a step": {"step_windows": "basket:30m"},
    "... with an exclusion": {"steps": "browse,basket,bought", "exclude": "checkout.address"},
}


def asks(asked: Asked) -> dict[str, Callable[[], object]]:
    """The bare SQL, and each funnel ready to be asked."""
    return {"bare": lambda: asked.store.query(REACHED)} | {
        name: partial(ask_funnel, asked, FunnelQuestion.model_validate(parameters))
        for name, parameters in QUESTIONS.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--merged", action="store_true", help="let each month become one part first")
    arguments = parser.parse_args()
    with generated_shop(arguments.sessions, with_events=False, merged=arguments.merged) as asked:
        asking = asks(asked)
        rounds = [{name: taken(ask) for name, ask in asking.items()} for _ in range(arguments.rounds)]
    best = {name: least([one[name] for one in rounds]) for name in asking}
    print(f"{arguments.sessions:,} sessions, least of {arguments.rounds} rounds; times bare")
    for name, one in best.items():
        times, cpu_times = one.seconds / best["bare"].seconds, one.cpu_seconds / best["bare"].cpu_seconds
        print(f"{name:>30}  {one.seconds:7.2f} s {times:6.1f}   {one.cpu_seconds:7.2f} CPU-s {cpu_times:6.1f}")


if __name__ == "__main__":
    main()
