"""The life of an incident, hour by hour: who was told what."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.core.spikes.baseline import Expected, Level, Window
from services.core.spikes.cell import Cell, Reading, Spike
from services.core.spikes.grouping import group
from services.core.spikes.incident import Change, Incident, Moment, Patience, live

RAGE = Cell("rage_click", "checkout")
USUAL = Expected(0.2, 0.001, Level.SAME_HOUR, 4)


def reading(hour: int, affected: int, p: float, cell: Cell = RAGE) -> Reading:
    return Reading(cell, hour, Window(100, affected), USUAL, p)


@dataclass
class Life:
    """A project's incidents, hour after hour."""

    hour: int = 1000
    known: dict[str, Incident] = field(default_factory=dict)

    def spikes(self, affected: int = 60, *cells: Cell) -> list[str]:
        """An hour in which these cells (else rage clicks) stand out; what is told."""
        spikes = [Spike(reading(self.hour, affected, 1e-9, cell), self.hour - 1) for cell in cells or (RAGE,)]
        return self._pass(spikes, [spike.reading for spike in spikes])

    def calms(self, p: float = 0.5) -> list[str]:
        return self._pass([], [reading(self.hour, 21, p)])

    def nobody(self) -> list[str]:
        return self._pass([], [])

    def again(self) -> None:
        self.hour -= 1

    def _pass(self, spikes: Sequence[Spike], readings: Sequence[Reading]) -> list[str]:
        changes: list[Change] = live(
            list(self.known.values()),
            group(spikes, {}),
            {one.cell: one for one in readings},
            ("shop", self.hour),
            Patience(cool_down=6, repeat=6),
        )
        self.known |= {one.incident.id: one.incident for one in changes}
        self.hour += 1
        return [one.moment.value for one in changes if one.moment]


def test_it_is_told_once_when_it_opens_and_once_when_it_is_over() -> None:
    life = Life()

    told = [life.spikes(), life.spikes(), life.calms(), life.calms(), life.calms()]

    assert told == [["opened"], [], [], ["recovered"], []]


def test_one_calm_window_between_is_no_recovery() -> None:
    life = Life()

    told = [life.spikes(), life.calms(), life.spikes(), life.calms()]

    assert told == [["opened"], [], [], []]


def test_still_somewhat_above_usual_is_not_recovered() -> None:
    life = Life()
    life.spikes()

    assert [life.calms(p=0.01) for _ in range(5)] == [[]] * 5


def test_much_worse_is_worth_an_update() -> None:
    life = Life()

    assert [life.spikes(40), life.spikes(45), life.spikes(70)] == [["opened"], [], ["updated"]]


def test_what_goes_on_is_told_again_after_a_while() -> None:
    life = Life()

    told = [life.spikes() for _ in range(8)]

    assert told == [["opened"], [], [], [], [], [], ["updated"], []]


def test_judging_an_hour_again_tells_nothing_twice() -> None:
    life = Life()
    life.spikes()
    life.again()
    before = dict(life.known)

    assert life.spikes() == []
    assert life.known == before


def test_another_leader_gives_the_same_incident_the_same_id() -> None:
    one, other = Life(), Life()
    one.spikes()
    other.spikes()

    assert one.known.keys() == other.known.keys()


def test_within_the_cool_down_it_comes_back_without_a_word() -> None:
    life = Life()
    life.spikes()
    [life.calms() for _ in range(2)]

    told = [life.spikes(), life.calms(), life.calms()]

    assert told == [[], [], []]
    assert len(life.known) == 1


def test_after_the_cool_down_it_is_a_new_incident() -> None:
    life = Life()
    life.spikes()
    [life.calms() for _ in range(10)]

    assert life.spikes() == ["opened"]
    assert len(life.known) == 2


def test_a_cell_that_joins_does_not_open_another() -> None:
    life = Life()
    life.spikes()

    assert life.spikes(60, RAGE, Cell("failed_request", "checkout")) == []
    [only] = life.known.values()
    assert len(only.cells) == 2


def test_a_cell_that_comes_back_alone_does_not_open_another() -> None:
    life = Life()
    other = Cell("failed_request", "checkout")
    life.spikes(60, RAGE, other)
    life.spikes(60, RAGE)

    assert life.spikes(60, other) == []
    [only] = life.known.values()
    assert only.cell_names == {RAGE, other}


def test_a_night_without_visitors_says_nothing_but_days_end_it() -> None:
    life = Life()
    life.spikes()

    told = [moment for _ in range(80) for moment in life.nobody()]

    assert told == [Moment.RECOVERED.value]
