"""What of an incident is drawn: its rate, its events or its job's success over two days, beside what it should be."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from services.api.chart import Chart, Point
from services.api.stored_journey import stored_journey
from services.core.journey import Journey
from services.core.spikes.baseline import Baseline, Series, summed
from services.core.spikes.cell import JOB_SUCCESS, SILENCE
from services.core.spikes.incident import Incident
from services.core.spikes.settling import lag
from services.core.spikes.silence import Quiet
from services.core.spikes.telling import began, subject
from services.edges.clickhouse import Store
from services.edges.incidents import known_incidents
from services.edges.judged_rates import JudgedRates

HOURS = 48
FAR = 2.0
"""Standard deviations on each side."""


def chart_of(store: Store, incident: Incident, hour: int) -> Chart:
    """As it stood at an hour."""
    drawn = _Drawn(stored_journey(store), incident, hour)
    judged = JudgedRates(drawn.journey, store)
    past = known_incidents(store, incident.project, 0)
    named = incident.named
    if named.detector == SILENCE:
        return drawn.of_events(*judged.events(incident.project, hour, past))
    if named.detector == JOB_SUCCESS:
        return drawn.of_success(judged.success(incident.project, hour).get(named.job, {}))
    known = judged.cells(incident.project, hour, past).get(named.cell)
    return drawn.of_rate(*known or (Baseline({}, drawn.journey.zone), {}))


class _Drawn:
    """Hours as they are told: those that were counted, in the journey's time zone."""

    def __init__(self, journey: Journey, incident: Incident, hour: int) -> None:
        self.journey = journey
        self._incident = incident
        self._hours = range(hour - HOURS + 1, hour + 1)

    def of_rate(self, baseline: Baseline, series: Series) -> Chart:
        return self._chart(
            f"{subject(self._incident.named)}: share of sessions, by the hour", self._rates(baseline, series)
        )

    def _rates(self, baseline: Baseline, series: Series) -> Iterator[Point]:
        for at in self._hours:
            window, expected = series.get(at), baseline.expect(at)
            if window and window.exposed and expected:
                far = FAR * expected.spread(window.exposed)
                rate = window.affected / window.exposed
                yield Point(self._moment(at), rate, expected.rate - far, expected.rate + far)

    def of_events(self, quiet: Quiet, counts: Mapping[int, int]) -> Chart:
        return self._chart("Events, by the hour", self._events(quiet, counts))._replace(is_share=False)

    def _events(self, quiet: Quiet, counts: Mapping[int, int]) -> Iterator[Point]:
        for at in self._hours:
            if usual := quiet.expect(at):
                far = FAR * usual.deviation
                yield Point(self._moment(at), counts.get(at, 0), max(0.0, usual.mean - far), usual.mean + far)

    def of_success(self, series: Series) -> Chart:
        named = self._incident.named
        title = f"{subject(named)}: done, of the sessions that ended in the last {named.windows} hours"
        return self._chart(title, self._successes(series))._replace(band="the objective")

    def _successes(self, series: Series) -> Iterator[Point]:
        named = self._incident.named
        for at in self._hours:
            window = summed(series, range(at - named.windows + 1, at + 1))
            if window.exposed:
                yield Point(self._moment(at), 1 - window.affected / window.exposed, 1 - named.usual, 1.0)

    def _chart(self, title: str, points: Iterator[Point]) -> Chart:
        return Chart(title, "usual", list(points), began(self._incident, self.journey))

    def _moment(self, hour: int) -> datetime:
        counted = timedelta(hours=hour - lag(self.journey, self._incident.named.cell))
        return (datetime(1970, 1, 1, tzinfo=UTC) + counted).astimezone(self.journey.zone)
