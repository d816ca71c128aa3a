"""Tables in a terminal."""

from io import StringIO

from rich.console import Console

from services.ask.shown import show_answer


def shown(table: str, width: int = 80) -> str:
    out = StringIO()
    show_answer("funnel", table, Console(file=out, width=width))
    return out.getvalue()


def test_a_share_has_its_interval_and_a_bar() -> None:
    text = shown("step,rate_share,rate_low,rate_high\nbrowse,0.5,0.1,0.9\nbought,,,\n")

    assert "50.0% (10%-90%) █████" in text
    assert "rate low" not in text


def test_columns_that_say_nothing_are_left_out_and_those_beyond_the_edge_counted() -> None:
    text = shown("step,empty,nought,long\nbrowse,,0," + "x" * 90 + "\n", width=40)

    assert "empty" not in text
    assert "nought" not in text
    assert "1 more columns: see --csv or --json." in text


def test_seconds_and_money_have_their_unit() -> None:
    text = shown("median_seconds,seconds_p90,lost_value_estimate,sessions,currency\n12.5,90,1640,3,EUR\n,1,,4,EUR\n")

    assert "12.5 s" in text
    assert "90 s" in text
    assert "1,640 EUR" in text
    assert "currency" not in text


def test_no_rows_are_said() -> None:
    assert shown("step,entered\n") == "funnel: nothing.\n"
