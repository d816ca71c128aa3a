"""Where sessions end, what they did right before, and where they went after: drop-offs by place.

A drop-off is a closed session that ended at a place without having reached a stage with the role `done` or its job's
outcome. What became of it is told as fragments/standing.sql tells it of abandonments: continued later, done elsewhere,
or abandoned; until the journey's window is over it is undecided.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from services.api.association import FEWEST, Association
from services.api.page import PagedAnswer, Paging
from services.api.question import BY_VALUE, PREVIOUS, Asked, DividedAnswer, Divisible, Row
from services.api.questions.drop_off_circumstances import circumstances_of, place_of
from services.api.questions.freshness import to_millis
from services.api.share import Share
from services.api.share_of_visitors import share_of_visitors
from services.core.detectors.slow_page import SlowPage
from services.core.detectors.thrashed_cursor import ThrashedCursor

MOST_CIRCUMSTANCES = 50
ACTS = {"acts_heard": "acts_named"}
"""Acts are told with the element that was clicked."""
UNACTED = sorted(SlowPage().hears | ThrashedCursor().hears)
"""What a page measures, which nobody did."""


class DropOffsQuestion(Divisible, Paging):
    """Which drop-offs."""

    acts: int = Field(5, ge=1, le=20, description="How many acts before the end are told.")
    limit: int = Field(50, ge=1, le=500, description="At most so many places a page.")


class LastPage(BaseModel):
    """The page a session ended on."""

    page: str = Field(examples=["/checkout/delivery"])
    sessions: int


class Trail(BaseModel):
    """The last acts before the end, oldest first."""

    acts: list[str] = Field(examples=[["page /checkout/delivery", "click #coupon", "page /returns"]])
    sessions: int


class PlaceLeft(BaseModel):
    """A stage, or a step of one, and who ended there."""

    stage: str = Field(description="Empty: before any stage.", examples=["checkout"])
    step: str = Field(description="Empty: the whole stage.", examples=["delivery"])
    sessions: int = Field(description="That came here.", examples=[3120])
    dropped: int = Field(description="That ended here without getting anywhere.", examples=[812])
    share: Share = Field(description="Dropped among those that came.")
    continued_later: int = Field(description="Of the dropped: their person came back here or further, and finished.")
    done_elsewhere: int = Field(description="Of the dropped: their person finished without passing here again.")
    abandoned: int = Field(description="Of the dropped: neither, and the journey's window is over.")
    undecided: int = Field(description="Of the dropped: neither, and the window is not over.")
    left_value: float = Field(description="In the baskets of those who did not finish later, in `currency`.")
    currency: str = Field(examples=["EUR"])
    last_pages: list[LastPage] = Field(description="Where they were last, the five most.")
    trails: list[Trail] = Field(
        description="What they did right before, the five ways most taken; not what a page measured of itself."
    )
    followed: int = Field(
        description="Of the dropped, whose acts `trails` counts: all who did anything, or of very many sessions those "
        "of a share of all visitors."
    )
    circumstances: list[Association] = Field(
        description=f"Under which circumstances more or fewer drop off here, where {FEWEST} sessions a side can be "
        f"compared; the surest first, at most {MOST_CIRCUMSTANCES}."
    )
    examples: list[str] = Field(description="Ids of up to three sessions.")


class DropOffsAnswer(PagedAnswer, DividedAnswer):
    """Where sessions end, most first."""

    journey_version: str
    sessions: int = Field(description="In the period.")
    dropped: int = Field(description="Of these, drop-offs anywhere.")
    places: list[PlaceLeft]
    tested: int = Field(description="Circumstances compared, over all places; all are at /v1/drop-offs/circumstances.")
    previous: "DropOffsAnswer | None" = PREVIOUS
    by_value: "Mapping[str, DropOffsAnswer]" = BY_VALUE
    row: ClassVar[type[BaseModel]] = PlaceLeft
    lists = ("places",)

    def rows(self) -> Sequence[BaseModel]:
        return self.places


def ask_drop_offs(asked: Asked, question: DropOffsQuestion) -> DropOffsAnswer:
    """Where sessions end, what they did right before, and where their people went after."""
    as_of = to_millis(asked.freshness.fresh_until or asked.period.until)
    rows = asked.rows("drop_offs", as_of_ms=as_of)
    words, share = share_of_visitors(asked)
    trails = asked.rows("drop_off_trails", ACTS, words, acts=question.acts, unacted=UNACTED, **share)
    under = circumstances_of(asked)
    whole = [row for row in rows if not row["step"]]
    places = [place_left(row, trails, under.get((row["stage"], row["step"]), [])[:MOST_CIRCUMSTANCES]) for row in rows]
    return DropOffsAnswer(
        **asked.about(),
        journey_version=asked.journey.version,
        sessions=sum(row["sessions"] for row in asked.rows("parts_counted")),
        dropped=sum(row["dropped"] for row in whole),
        places=places,
        tested=sum(map(len, under.values())),
    )


def place_left(row: Row, trails: Sequence[Row], circumstances: list[Association]) -> PlaceLeft:
    """One place in full."""
    ways = [one for one in trails if place_of(one) == place_of(row)]
    fields: dict[str, Any] = {name: row[name] for name in PlaceLeft.model_fields if name in row}
    return PlaceLeft(
        **fields
        | {
            "share": Share.of(row["dropped"], row["sessions"]),
            "currency": next(iter(row["currencies"]), ""),
            "last_pages": [LastPage(page=page, sessions=count) for page, count in row["last_pages"]],
            "trails": [Trail(acts=one["trail"], sessions=one["sessions"]) for one in ways],
            "followed": ways[0]["followed"] if ways else 0,
            "circumstances": circumstances,
        }
    )
