"""One fault seen by many cells is one incident, which names the right cell."""

from services.core.spikes.baseline import Expected, Level, Window
from services.core.spikes.cell import NOT_GOING_ON, SILENCE, Cell, Reading, Spike
from services.core.spikes.grouping import group


def spike(detector: str, stage: str, job: str = "", affected: int = 100, exposed: int = 200) -> Spike:
    expected = Expected(0.1, 0.001, Level.SAME_HOUR, 4)
    return Spike(Reading(Cell(detector, stage, job), 500, Window(exposed, affected), expected, 10.0**-affected), 499)


def test_cells_of_one_stage_are_one_incident_that_names_the_friction() -> None:
    [one] = group([spike("rage_click", "checkout"), spike(NOT_GOING_ON, "checkout", affected=150)], {})

    assert one.named.cell == Cell("rage_click", "checkout")
    assert len(one.spikes) == 2


def test_cells_of_one_detector_are_one_incident_at_the_worst_stage() -> None:
    [one] = group([spike("script_error", "browse", affected=60), spike("script_error", "checkout")], {})

    assert one.named.cell == Cell("script_error", "checkout")


def test_cells_of_one_page_are_one_incident() -> None:
    spikes = [spike("error_page", "browse"), spike("quick_back", "basket", affected=60)]

    assert len(group(spikes, {})) == 2
    assert len(group(spikes, {one.cell: "/size-guide" for one in spikes})) == 1


def test_two_faults_with_nothing_in_common_are_two_incidents() -> None:
    assert len(group([spike("rage_click", "checkout"), spike("zero_results", "browse")], {})) == 2


def test_a_link_found_late_joins_what_was_apart() -> None:
    spikes = [spike("rage_click", "checkout"), spike("zero_results", "browse"), spike("rage_click", "browse")]

    assert len(group(spikes, {})) == 1


def test_a_fault_of_one_job_names_that_job() -> None:
    everybody = spike("rage_click", "checkout", affected=130, exposed=400)
    gifts = spike("rage_click", "checkout", "gift", affected=100, exposed=110)

    [one] = group([everybody, gifts], {})

    assert one.named.cell == Cell("rage_click", "checkout", "gift")


def test_a_fault_of_all_jobs_names_not_the_job_that_most_visitors_have() -> None:
    everybody = spike("rage_click", "checkout", affected=300, exposed=1000)
    most = spike("rage_click", "checkout", "gift", affected=270, exposed=900)
    few = spike("rage_click", "checkout", "replace", affected=30, exposed=100)

    [one] = group([everybody, most], {})
    [with_few] = group([everybody, most, few], {})

    assert one.named.cell == with_few.named.cell == Cell("rage_click", "checkout")


def test_a_fault_of_all_jobs_names_none() -> None:
    jobs = [spike("rage_click", "checkout", job, affected=50, exposed=100) for job in ("gift", "replace", "compare")]

    [one] = group([spike("rage_click", "checkout", affected=150, exposed=300), *jobs], {})

    assert one.named.cell == Cell("rage_click", "checkout")


def test_silence_is_an_incident_of_its_own() -> None:
    assert len(group([spike(SILENCE, ""), spike("rage_click", "")], {})) == 2


def fallen(detector: str, stage: str, job: str = "", affected: int = 2, exposed: int = 400) -> Spike:
    """Of those of whom a fifth is usually affected."""
    expected = Expected(0.2, 0.001, Level.SAME_HOUR, 4)
    return Spike(Reading(Cell(detector, stage, job), 500, Window(exposed, affected), expected, 1e-9), 499)


def test_of_friction_that_falls_the_cell_that_fell_most_is_named() -> None:
    [one] = group([fallen("rage_click", "browse", exposed=100), fallen("rage_click", "checkout")], {})

    assert one.named.cell == Cell("rage_click", "checkout")


def test_friction_that_falls_for_one_job_alone_names_that_job() -> None:
    everybody = fallen("rage_click", "checkout", affected=45, exposed=400)
    gifts = fallen("rage_click", "checkout", "gift", affected=2, exposed=200)

    [one] = group([everybody, gifts], {})

    assert one.named.cell == Cell("rage_click", "checkout", "gift")


def test_friction_that_falls_for_all_jobs_names_not_the_job_that_most_visitors_have() -> None:
    everybody = fallen("rage_click", "checkout", affected=5, exposed=1000)
    most = fallen("rage_click", "checkout", "gift", affected=4, exposed=900)

    [one] = group([everybody, most], {})

    assert one.named.cell == Cell("rage_click", "checkout")


def test_friction_that_rises_is_named_before_what_falls_beside_it() -> None:
    [one] = group([fallen("rage_click", "checkout", exposed=900), spike("dead_click", "checkout")], {})
    [without] = group([fallen("rage_click", "checkout", exposed=900), spike(NOT_GOING_ON, "checkout")], {})

    assert one.named.cell == Cell("dead_click", "checkout")
    assert without.named.cell == Cell(NOT_GOING_ON, "checkout")
