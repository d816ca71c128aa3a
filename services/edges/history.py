"""What stands in the store, read in the order of time to be judged again, and what came of that put into its place."""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec

from services.core.act import Act
from services.core.hindsight import Known, Shown, Told
from services.core.learning import TELLING, Walk
from services.core.rows import ForgottenRow
from services.core.stored import VisitorState
from services.edges.clickhouse import Store
from services.edges.history_statements import ASIDE, CHANGES, QUESTIONS
from services.edges.restamping import RESTAMPS

Columns = Sequence[Sequence[Any]]

_props: Callable[[str], dict[str, Any]] = msgspec.json.Decoder(dict[str, Any]).decode
_STATE = msgspec.msgpack.Decoder(VisitorState)


class Archive(Protocol):
    """Answers what is asked about history and keeps what is told. Raises StoreError."""

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        """The answer to one of `QUESTIONS`, columns of a block each."""
        ...

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        """Write rows, JSON lines."""
        ...

    def change(self, change: str, parameters: Mapping[str, Any]) -> None:
        """Do one of `CHANGES` or `RESTAMPS`, within the database."""
        ...

    def save_journey(self, version: str, document: str) -> None:
        """Give answers by this journey from now on."""
        ...

    def forget(self) -> None:
        """Remove what was kept aside, of all runs: it was judged beside what stood then."""
        ...

    def erase(self, forgotten: Sequence[ForgottenRow]) -> None:
        """Erase what forgotten visitors did until they asked for it, if any of it came back."""
        ...


class StoreArchive:
    """Asks the database itself."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, question: str, parameters: Mapping[str, Any]) -> Iterator[Columns]:
        return self._store.blocks(QUESTIONS[question], parameters)

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        self._store.insert_json(table, columns, lines)

    def change(self, change: str, parameters: Mapping[str, Any]) -> None:
        self._store.change((CHANGES | RESTAMPS)[change], parameters)

    def save_journey(self, version: str, document: str) -> None:
        self._store.save_journey(version, document)

    def forget(self) -> None:
        for table in ASIDE:
            self._store.empty(table)

    def erase(self, forgotten: Sequence[ForgottenRow]) -> None:
        self._store.erase(forgotten)


def told(archive: Archive, asked: Mapping[str, Any], *, surroundings: bool) -> Iterator[Told]:
    """The events of some days, day by day by visitor, each visitor's in their order."""
    blocks = archive.ask("events_in_surroundings" if surroundings else "events", asked)
    return chain.from_iterable(zip(*block, strict=True) for block in blocks)


def known_between(
    archive: Archive, asked: Mapping[str, Any], detectors: Collection[str], *, details: bool = False
) -> Iterator[Known]:
    """The sessions opened between two days, both included, with their findings, those of some detectors in full, and
    where it is asked for the rules that spoke for a job and the session's shape.
    """
    found, worded = {}, set()
    for block in archive.ask("findings", asked):
        for session, ids, names, is_worded in zip(*block, strict=True):
            found[session] = dict(zip(ids, names, strict=True))
            if is_worded:
                worded.add(session)
    shown = _shown(archive, {**asked, "detectors": sorted(detectors)}) if detectors else {}
    for block in archive.ask("sessions_in_detail" if details else "sessions", asked):
        for (
            id_,
            opened_on,
            visitor,
            user,
            began,
            ended,
            events,
            late,
            past,
            version,
            journey,
            stage,
            job,
            done,
            *detail,
        ) in zip(*block, strict=True):
            yield Known(
                id=id_,
                opened_on=opened_on,
                visitor=visitor,
                user=user,
                started_at=began,
                ended_at=ended,
                events=events,
                late=bool(late),
                historical=bool(past),
                version=version,
                journey=journey,
                stage=stage,
                job=job,
                done=bool(done),
                rules=detail[0] if detail else "",
                shape=detail[1] if detail else "",
                is_worded=id_ in worded,
                findings=found.get(id_, {}),
                shown=shown.get(id_, {}),
            )


def labels(archive: Archive, asked: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Each set of rules by which sessions since a day have their job by one version of a journey, the job, and how
    sure it is of it.
    """
    for block in archive.ask("labels", asked):
        yield from zip(*block, strict=True)


def _shown(archive: Archive, asked: Mapping[str, Any]) -> dict[str, dict[str, Shown]]:
    by_session: dict[str, dict[str, Shown]] = {}
    for block in archive.ask("shown", asked):
        for session, id_, *said, evidence in zip(*block, strict=True):
            by_session.setdefault(session, {})[id_] = (*said, tuple(evidence))
    return by_session


def in_hand(archive: Archive, project: str) -> set[str]:
    """The sessions that a worker may still change, which are left to it."""
    return {
        session.id
        for block in archive.ask("in_hand", {"project": project})
        for blob in block[0]
        for session in _STATE.decode(base64.b64decode(blob)).sessions
    }


def walks(archive: Archive, project: str, since: str) -> Iterator[Walk]:
    """The paths of the closed sessions opened on a day or later."""
    for block in archive.ask("walks", {"project": project, "since": since}):
        for visitor, job, stages, steps, started_at, ended_at in zip(*block, strict=True):
            yield Walk(visitor, job, stages, steps, started_at, ended_at)


def acts_beside_paths(archive: Archive, project: str, since: str) -> Iterator[tuple[str, list[Act]]]:
    """What visitors did since a day that tells more of how long they took than their paths do, a visitor's in order."""
    rows = (
        row
        for block in archive.ask("telling", {"project": project, "since": since, "names": sorted(TELLING)})
        for row in zip(*block, strict=True)
    )
    for visitor, theirs in groupby(rows, key=itemgetter(0)):
        yield visitor, [Act(at, id_, name, path, _props(props)) for _, id_, name, path, at, props in theirs]
