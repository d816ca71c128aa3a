"""A small shop to ask about: its journey, its keys, and sessions told in a line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from services.core.event import Millis
from services.core.journey import Journey, read_journey
from services.core.rows import FindingRow, SessionRow
from services.edges.clickhouse import Store

START = Millis(1_767_225_600_000)  # 2026-01-01T00:00:00Z
DAY = 86_400

JOURNEY: Journey = read_journey(
    {
        "journey": "shop",
        "currency": "EUR",
        "stages": [
            {"name": "browse", "enter": {"event": "Product Viewed"}},
            {"name": "basket", "role": "basket", "enter": {"event": "Product Added"}},
            {
                "name": "checkout",
                "role": "checkout",
                "enter": {"event": "Checkout Started"},
                "steps": [
                    {"name": "address", "enter": {"path": "/checkout/address"}},
                    {"name": "payment", "enter": {"path": "/checkout/payment"}},
                ],
            },
            {"name": "bought", "role": "done", "enter": {"event": "Order Completed"}},
        ],
    }
)

numbers = count(1)


def moment(seconds: float) -> Millis:
    """So many seconds after the start."""
    return Millis(START + round(seconds * 1000))


def text(seconds: float) -> str:
    """The same as RFC 3339."""
    return datetime.fromtimestamp(moment(seconds) / 1000, UTC).isoformat()


def session(way: str, **given: object) -> SessionRow:
    """A session by its way: `"0 browse, 30.5 basket, 40-60 checkout.payment"`, in seconds after the start."""
    runs = [run.split() for run in way.split(",") if run.strip()]
    spans = [[float(end) for end in span.split("-")] for span, _ in runs] or [[0.0]]
    places = [(*place.split("."), "")[:2] for _, place in runs]
    row = SessionRow(
        project="shop",
        id=f"s{next(numbers):06}",
        opened_on=datetime.fromtimestamp(moment(spans[0][0]) / 1000, UTC).date().isoformat(),
        visitor=f"v{next(numbers)}",
        started_at=moment(spans[0][0]),
        ended_at=moment(max(span[-1] for span in spans)),
        state="closed",
        stage=places[-1][0] if places else "",
        path_stage=[stage for stage, _ in places],
        path_step=[step for _, step in places],
        path_started_at=[moment(span[0]) for span in spans][: len(places)],
        path_ended_at=[moment(span[-1]) for span in spans][: len(places)],
        path_event=["e"] * len(places),
        job="unassigned",
        partition=0,
        version=1,
    )
    for name, value in given.items():
        setattr(row, name, value)
    return row


def finding(of: SessionRow, detector: str, place: str, at: float, **given: object) -> FindingRow:
    """A finding of a session, at a stage or stage.step, so many seconds after the start."""
    stage, step = (*place.split("."), "")[:2]
    row = FindingRow(
        project=of.project,
        opened_on=of.opened_on,
        session_id=of.id,
        id=f"f{next(numbers)}",
        visitor=of.visitor,
        detector=detector,
        stage=stage,
        step=step,
        occurred_at=moment(at),
        severity=2,
        partition=0,
        version=1,
    )
    for name, value in given.items():
        setattr(row, name, value)
    return row


def fill(store: Store, sessions: Sequence[SessionRow], findings: Iterable[FindingRow] = ()) -> None:
    """Put a shop's data and its journey into the store."""
    store.save_journey(JOURNEY.version, JOURNEY.document())
    store.insert("sessions", sessions)
    store.insert("findings", list(findings))


@dataclass(frozen=True)
class SomeKey:
    """A key of the test keyring."""

    kind: str
    project: str


class SomeKeys:
    """A keyring: `rk_shop` reads the shop, `rk_other` another project, `ak_shop` administers, `wk_shop` writes."""

    def find(self, presented: str, /) -> SomeKey | None:
        kind, _, project = presented.partition("_")
        kinds = {"rk": "read", "ak": "admin", "wk": "write"}
        return SomeKey(kinds[kind], project) if kind in kinds and project in {"shop", "other"} else None
