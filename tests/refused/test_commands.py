"""`desireline refused` on the machine of an installation that runs, and of one that does not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.installation import Installation, desireline


def too_old(number: int) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    return {
        "type": "track",
        "event": "Product Viewed",
        "anonymousId": "ann",
        "timestamp": at,
        "messageId": f"m{number}",
    }


def test_what_was_refused_is_stored_with_the_200_listed_and_refused_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Installation(data) as running:
        sent = running.send(too_old(1), {"type": "track", "event": "x"}, too_old(2))
        at_once = running.ask("/v1/refused")
        listed = desireline("refused", "list", "--data", data)
        replayed = desireline("refused", "replay", "--reason", "clock", "--data", data)
        afterwards = running.ask("/v1/refused")
        assert running.stop() == 0

    offline = desireline("refused", "list", "--reason", "visitor", "--data", data)

    assert [one["reason"] for one in sent.json()["refused"]] == ["clock", "visitor", "clock"]
    assert {one["reason"]: one["events"] for one in at_once["reasons"]} == {"clock": 2, "visitor": 1}
    assert "number" not in listed.stdout
    assert "anonymousId or userId is needed" in listed.stdout
    assert "0 taken, 2 refused again, 0 not sent." in replayed.stdout, replayed.stderr
    assert afterwards == at_once, "what is refused again stays as it was"
    assert '{"type":"track","event":"x"}' in offline.stdout, offline.stderr
    assert "m1" not in offline.stdout


def test_the_key_of_the_house_is_needed_and_is_for_its_owner_only(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as running:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {running.keys['admin']}"}):
            asked = httpx.post(f"{running.url}/house/refused/counts", headers=headers, json={}, timeout=30)
            assert asked.status_code == 401

    assert (tmp_path / "data" / "lock").stat().st_mode & 0o077 == 0


def test_a_folder_without_an_installation_is_named(tmp_path: Path) -> None:
    done = desireline("refused", "list", "--data", tmp_path)

    assert done.returncode == 1
    assert f"There is no installation in {tmp_path}" in done.stderr
