"""Who is forgotten while history is judged or applied stays forgotten, with a worker running all the while."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edges.clickhouse import StoreUnavailable
from services.edges.history import Archive
from services.edges.journey_file import load_journey
from services.embedded.folder import Holder
from services.embedded.history import HouseArchive
from services.embedded.reach import server_of
from services.rejudge.run import Run
from tests.installation import Installation, desireline
from tests.rejudge.test_command import STAGES, VISITS

SINCE = date(2026, 1, 1)


class Forgetting(HouseArchive):
    """An archive beside which anna is forgotten, once: when days are read, or when rows are put into their place."""

    def __init__(self, holder: Holder, forget: Callable[[], None], when: str) -> None:
        super().__init__(holder)
        self._forget = forget
        self._when = when

    def keep(self, table: str, columns: Sequence[str], lines: bytes) -> None:
        if table == self._when:
            self._forget_once()
        super().keep(table, columns, lines)

    def change(self, change: str, parameters: Mapping[str, Any]) -> None:
        super().change(change, parameters)
        if change == self._when:
            self._forget_once()

    def _forget_once(self) -> None:
        self._when = ""
        self._forget()


def silent(done: int, total: int) -> None:
    """Nobody watches the progress."""


def judge_and_apply(archive: Archive, path: Path) -> None:
    """As the command does, and as it says where it was disturbed: once more. One deletion may disturb twice, when it is
    asked for and when the worker learns of it.
    """
    disturbed = []
    for _ in range(3):
        run = Run(archive, "default", load_journey(path), SINCE)
        try:
            run.judge(datetime.now(UTC), silent)
            run.apply(silent)
        except StoreUnavailable as error:
            disturbed.append(str(error))
            continue
        return
    raise AssertionError(f"it was disturbed by one deletion more than twice: {disturbed}")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    (tmp_path / "visits.csv").write_text(VISITS)
    (tmp_path / "new.yaml").write_text(STAGES)
    return tmp_path / "new.yaml"


@pytest.mark.parametrize("when", ["rejudged", "sessions", "restamp_sessions"])
def test_who_is_forgotten_meanwhile_does_not_come_back(when: str, new: Path) -> None:
    with Installation(new.parent / "data") as served:
        key = desireline("keys", "create", "write", "--historical", "--data", served.data).stdout.strip()
        sent = desireline(
            "replay", new.parent / "visits.csv", "--map", "visitor=visitor,time=time,event=event,path=path",
            "--to", served.url, "--key", key,
        )  # fmt: skip
        assert sent.returncode == 0, sent.stderr

        def forget() -> None:
            headers = {"Authorization": f"Bearer {served.keys['admin']}"}
            gone = httpx.delete(f"{served.url}/v1/visitors/anna", headers=headers, timeout=60)
            assert gone.status_code == 200, gone.text

        holder = server_of(served.data)
        assert holder is not None
        with closing(Forgetting(holder, forget, when)) as archive:
            judge_and_apply(archive, new)
        period = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
        sessions = served.ask("/v1/sessions", **period)["sessions"]

    assert [one["visitor"] for one in sessions] == ["bert"]
