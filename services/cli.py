"""The command line: what each command is called and takes. Each imports what it needs itself, so that help is quick."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from services.alerts.commands import backtest_alerts, list_alerts, snooze_alert, try_alerts
from services.keys.commands import create_key, list_keys
from services.options import Data, JourneyName, journey_of, settings_of
from services.refused.commands import list_refused, replay_refused
from services.rejudge.command import learn, rejudge

P = ParamSpec("P")

app = typer.Typer(
    name="desireline",
    help="Finds where customers get stuck on the way to what they came to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="Write, read and admin keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")
refused = typer.Typer(help="Events that were not taken: why, and sent again when mended.", no_args_is_help=True)
app.add_typer(refused, name="refused")
alerts = typer.Typer(help="Spikes of friction: who is told, and what would have been.", no_args_is_help=True)
app.add_typer(alerts, name="alerts")

Host = Annotated[str | None, typer.Option("--host", help="Address to serve on. [default: 127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to serve on; 0 takes a free one. [default: 8080]")]


def spoken(command: Callable[P, None]) -> Callable[P, None]:
    """Say an error that the user can mend in a sentence instead of a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Exception as error:
            from services.spoken_errors import sentence

            said = sentence(error)
            if said is None:
                raise
            typer.echo(said, err=True)
            raise typer.Exit(1) from None

    return run


@app.command()
@spoken
def up(journey: JourneyName = None, data: Data = None, host: Host = None, port: Port = None) -> None:
    """Serve everything from one process and one folder: nothing else needs to be installed."""
    from services.embedded.serving import serve
    from services.embedded.welcome import welcome

    _log(logging.WARNING)
    settings = settings_of(data_dir=data, host=host, port=port)
    serve(settings, journey_of(journey, settings), welcome)


@app.command()
@spoken
def demo(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    visitors: Annotated[int, typer.Option(min=100, help="How many visitors come in 14 days.")] = 2_800,
    seed: Annotated[int, typer.Option(help="Other seeds draw other visitors.")] = 1,
    leave: Annotated[bool, typer.Option("--exit", help="Leave after the answer instead of serving on.")] = False,
) -> None:
    """Fill a simulated shop with visitors and show what hurts its checkout. The folder is emptied first."""
    from rich.console import Console

    from services.demo.guest import DemoGuest
    from services.edges.journey_file import parse
    from services.embedded.serving import House, serve

    _log(logging.ERROR)
    settings = settings_of(host=host, port=port)
    settings = settings.model_copy(update={"data_dir": data or settings.data_dir / "demo"})
    file = Path(__file__).parent / "demo" / "shop.yaml"
    guest = DemoGuest(Console(), visitors=visitors, seed=seed, stays=not leave)
    serve(settings, parse(file.read_text(encoding="utf-8"), str(file)), guest, House("simulated_shop", anew=True))


@app.command()
@spoken
def replay(
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet, plain, gzip or zstd.")],
    mapping: Annotated[str, typer.Option("--map", help="visitor=COLUMN,time=…,event=…[,id=…,user=…,path=…,value=…]")],
    journey: JourneyName = None,
    time_unit: Annotated[str, typer.Option(help="Unit of a numeric time: s, ms, us, ns. [default: by its size]")] = "",
    to: Annotated[str, typer.Option(help="A running installation's address, instead of one in this process.")] = "",
    key: Annotated[str, typer.Option(help="With --to: a write key with the right `historical`.")] = "",
    read_key: Annotated[str, typer.Option(help="With --to: a read key, to show the answer.")] = "",
    stay: Annotated[bool, typer.Option("--serve", help="Go on serving after the answer.")] = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Replay a file of recorded events as if they had been live, and show what they say."""
    from rich.console import Console

    from services.replay.order import read_order

    _log(logging.ERROR)
    order = read_order(file, mapping, time_unit)
    if to:
        from services.replay.remote import replay_to

        return replay_to(order, to, key, read_key, Console())
    from services.embedded.serving import serve
    from services.replay.guest import ReplayGuest

    settings = settings_of(data_dir=data, port=port)
    return serve(settings, journey_of(journey, settings), ReplayGuest(order, Console(), stays=stay))


@app.command()
@spoken
def ingest() -> None:
    """Take events over HTTP and put them into Kafka."""
    from services.ingest.server import run

    _log(logging.INFO)
    run(settings_of())


@app.command()
@spoken
def stages(journey: JourneyName = None) -> None:
    """Work events out into sessions, stages, jobs and findings: from Kafka into ClickHouse."""
    from services.stages.preparation import Preparation

    _log(logging.INFO)
    settings = settings_of()
    preparation = Preparation(settings)
    from services.stages.process import run  # this takes a while, and the preparation goes on meanwhile

    raise typer.Exit(run(settings, journey_of(journey, settings), preparation))


@app.command()
@spoken
def api() -> None:
    """Answer questions over HTTP from ClickHouse."""
    from services.api.server import run

    _log(logging.INFO)
    run(settings_of())


@app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
@spoken
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="Such as `funnel`. [default: lists which there are]")] = "",
    url: Annotated[
        str, typer.Option(help="Where to ask. [default: whoever serves the data folder, else the folder itself]")
    ] = "",
    key: Annotated[str, typer.Option(envvar="DESIRELINE_READ_KEY", help="A read key; with --url.")] = "",
    project: Annotated[str, typer.Option(help="Without --key: of which project.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The table as CSV.")] = False,
    data: Data = None,
) -> None:
    """Ask an installation, running or not, and show the answer as a table: `ask funnel --steps browse,bought`."""
    from services.ask.command import Wish, run

    words, form = list(context.args), "json" if as_json else "csv" if as_csv else "table"
    if question == "--help":
        question = ""
    run(settings_of(data_dir=data), url, key, Wish(question, words, form, project))


@app.command()
@spoken
def check(
    file: Annotated[str, typer.Argument(help="A journey file, or the name of a ready-made one such as `shop`.")],
    against: Annotated[
        Path | None,
        typer.Option(help="Recorded visits, a JSON event a line (gz, zst): show what would be assigned, and why."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --against: all of it as JSON, every session.")] = False,
) -> None:
    """Check a journey file: every mistake with its line, or what it means, also for recorded visits."""
    from rich.console import Console

    from services.check.command import describe, try_on
    from services.edges.journey_file import named_journey

    journey = named_journey(file)
    if not as_json:
        describe(journey, file, Console())
    if against is not None:
        try_on(journey, against, Console(), as_json=as_json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the journey file, for completion and explanation in an editor."""
    from services.check.command import schema_text

    typer.echo(schema_text(), nl=False)


@app.command()
@spoken
def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only name what would be applied.")] = False,
) -> None:
    """Bring ClickHouse's tables up to date."""
    from services.edges.clickhouse import Store

    store = Store.open(settings_of().clickhouse, bring_up_to_date=False)
    names = store.migrate(dry_run=dry_run)
    store.close()
    for name in names:
        typer.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    if not names:
        typer.echo("The tables are up to date.")


app.command()(spoken(rejudge))
app.command()(spoken(learn))
keys.command("list")(spoken(list_keys))
keys.command("create")(spoken(create_key))
alerts.command("test")(spoken(try_alerts))
alerts.command("list")(spoken(list_alerts))
alerts.command("snooze")(spoken(snooze_alert))
alerts.command("backtest")(spoken(backtest_alerts))
refused.command("list")(spoken(list_refused))
refused.command("replay")(spoken(replay_refused))


def _log(level: int) -> None:
    """Logs go to standard error, so that standard output is the command's own."""
    import structlog

    from services.edges.standard_error import StandardError

    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(StandardError()),  # type: ignore[arg-type]  # has all that is used
    )
