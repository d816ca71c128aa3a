"""Tables in a terminal."""

from io import StringIO

from rich.console import Console

from services.ask.shown import show_answer, show_document


def shown(table: str, width: int = 80) -> str:
    out = StringIO()
    show_answer("funnel", table, Console(file=out, width=width))
    return out.getvalue()


def test_a_share_has_its_interval_and_a_bar() -> None:
    text = shown("step,rate_share,rate_low,rate_high\nbrowse,0.5,0.1,0.9\nbought,,,\n")

    assert "50.0% (10%-90%) █████" in text
    assert "rate low" not in text


def test_columns_that_say_nothing_are_left_out_and_those_beyond_the_edge_counted() -> None:
    text = shown("step,empty,nought,some,many\nbrowse,,0," + "7" * 40 + ",8\n", width=40)

    assert "empty" not in text
    assert "nought" not in text
    assert "1 more columns: see --csv or --json." in text


def test_seconds_and_money_have_their_unit() -> None:
    text = shown("median_seconds,seconds_p90,lost_value_estimate,sessions,currency\n12.5,90,1640,3,EUR\n,1,,4,EUR\n")

    assert "12.5 s" in text
    assert "90 s" in text
    assert "1,640 EUR" in text
    assert "currency" not in text


def test_where_not_all_has_room_what_has_an_interval_goes_before_other_numbers() -> None:
    names = "detector,page,affected,exposed,lost_estimate,lost_low,lost_high,examples"
    text = shown(f'{names}\nrage_click,/checkout/{"x" * 60},116,627,66,-3,77.5,"[""s1""]"\n', width=60)

    assert "66 (-3 to 77.5)" in text
    assert "/checkout/xxxxx…" in text
    assert "affected" not in text
    assert "3 more columns" in text


SOMEBODY = "4f0c2d1e-8a7b-4c3d-9e2f-1a2b3c4d5e6f"


def test_whose_a_row_is_can_be_copied_whole_also_where_not_all_has_room() -> None:
    row = f"to_interview,{SOMEBODY},{'x' * 30},3,{SOMEBODY}"
    text = shown(f"list,person,segment,visits,last_session\n{row}\n", width=80)

    assert f"  {SOMEBODY}  " in text
    assert "xxxxxxxxxxxxxxx…" in text
    assert "2 more columns" in text


def test_an_id_that_has_no_room_goes_on_in_the_next_line() -> None:
    text = shown(f"id,visitor,user,started_at\n{SOMEBODY},v{SOMEBODY},12.50,2026-01-01T00:00:00Z\n", width=70)

    first, *more = (line.split() for line in text.splitlines()[4:7])
    assert [first[0], first[1] + "".join(part for part, *_ in more), first[2]] == [SOMEBODY, f"v{SOMEBODY}", "12.50"]


def test_an_id_that_is_longer_than_the_terminal_is_wide_is_told_whole() -> None:
    text = shown(f"id,state\n{SOMEBODY},open\n", width=30)

    assert SOMEBODY in "".join(text.split())


def test_of_how_many_there_are_seconds_is_no_number_of_seconds() -> None:
    text = shown("step,seconds_median,seconds_timed\nbrowse,105.95,1101\n")

    assert "106 s" in text
    assert "1101 s" not in text
    assert "1,101 s" not in text


def test_no_rows_are_said() -> None:
    assert shown("step,entered\n") == "funnel: nothing.\n"


def test_what_is_no_table_is_told_with_its_lists_as_tables() -> None:
    out = StringIO()
    session = {
        "id": "s1", "period": {"from": "x"}, "nothing": None, "notes": ["a", "b"],
        "story": [{"at": "10:00", "said": "They came.", "rate": {"share": 0.5, "low": 0.1, "high": 0.9}}],
    }  # fmt: skip

    show_document("sessions/s1", session, Console(file=out, width=100))

    text = out.getvalue()
    assert text.startswith("sessions/s1\nid ")
    assert "period from  x" in text
    assert 'notes        ["a","b"]' in text
    assert "50.0% (10%-90%) █████" in text
    assert "They came." in text
    assert "nothing" not in text


def test_a_document_cuts_nothing_in_a_narrow_terminal() -> None:
    out = StringIO()

    show_document("visitors/x", {"id": SOMEBODY, "page": "/" + "y" * 60}, Console(file=out, width=30))

    told = "".join(out.getvalue().split())
    assert SOMEBODY in told
    assert "y" * 60 in told
