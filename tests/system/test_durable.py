"""One folder outlives its process: what got a 200 is there after a kill."""

from pathlib import Path

from tests.system.installation import prepared, start_embedded
from tests.system.test_live_events import track


def test_what_got_a_200_is_there_after_a_kill_and_the_session_goes_on(tmp_path: Path) -> None:
    made = prepared(tmp_path)
    start_embedded(made)
    project = made.project()
    assert project.send("/v1/batch", {"batch": [track("view", 20, "a"), track("cart", 10, "b")]}).status_code == 200

    made.kill()
    start_embedded(made)

    project = type(project)(project.name, made.ingest, made.api, project.write_key, project.read_key)
    (before,) = project.ask("/v1/sessions")["sessions"]
    assert before["events"] == 2
    project.send("/v1/track", track("checkout", 1, "c"))
    project.send("/v1/track", track("view", 20, "a"))
    (after,) = project.ask_until(lambda answer: answer["sessions"][0]["events"] == 3, "/v1/sessions")["sessions"]
    assert (after["id"], after["stage"]) == (before["id"], "checkout")
    assert made.stop() == [0]
