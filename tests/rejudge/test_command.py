"""The command beside a running installation, which goes on serving, and on a folder that nobody serves."""

from pathlib import Path

import pytest

from tests.installation import Installation, desireline

VISITS = """visitor,time,event,path
anna,2026-01-05T10:00:00Z,Product Viewed,/p/1
anna,2026-01-05T10:01:00Z,Product Added,/p/1
anna,2026-01-05T10:02:00Z,Order Completed,/thanks
bert,2026-01-05T11:00:00Z,Product Viewed,/p/2
bert,2026-01-05T11:01:00Z,Wished,/p/2
"""
STAGES = """
journey: tried
stages:
  - {name: look, role: browse, enter: {event: Product Viewed}}
  - {name: want, role: basket, enter: {event: [Product Added, Wished]}}
  - {name: bought, role: done, enter: {event: Order Completed}}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rejudge")
    (folder / "visits.csv").write_text(VISITS)
    (folder / "new.yaml").write_text(STAGES)
    return folder


def test_a_served_installation_answers_by_the_new_journey_without_being_stopped(files: Path) -> None:
    data = files / "data"
    new = ("rejudge", "--journey", files / "new.yaml", "--since", "2026-01-01", "--data", data)
    with Installation(data) as served:
        key = desireline("keys", "create", "write", "--historical", "--data", data).stdout.strip()
        sent = desireline(
            "replay", files / "visits.csv", "--map", "visitor=visitor,time=time,event=event,path=path",
            "--to", served.url, "--key", key,
        )  # fmt: skip
        assert sent.returncode == 0, sent.stderr
        period = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}

        shown = desireline(*new)
        before = served.ask("/v1/funnel", **period)
        applied = desireline(*new, "--apply")
        after = served.ask("/v1/funnel", **period)
        assert served.stop() == 0

    assert shown.returncode == 0, shown.stderr
    assert "Nothing was changed" in shown.stdout
    assert {one["step"]: one["entered"] for one in before["steps"]}["basket"] == 1
    assert applied.returncode == 0, applied.stderr
    assert {one["step"]: one["entered"] for one in after["steps"]} == {"look": 2, "want": 2, "bought": 1}
    learned = desireline("learn", *new[1:], "--write")
    assert learned.returncode == 0, learned.stderr
    assert "stays: {}" in (files / "new.learned.yaml").read_text(), "two people teach nothing"


def test_without_an_installation_it_says_so(files: Path) -> None:
    said = desireline("rejudge", "--journey", "shop", "--since", "2026-01-01", "--data", files / "nowhere")

    assert said.returncode == 1
    assert "There is no installation" in said.stderr
