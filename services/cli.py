"""The command line: what each command is called and takes. Each imports what it needs itself, so that help is quick."""

import logging
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from services.alerts.commands import backtest_alerts, list_alerts, snooze_alert, try_alerts
from services.refused.commands import list_refused, replay_refused
from services.rejudge.command import learn, rejudge

if TYPE_CHECKING:
    from services.core.journey import Journey
    from services.settings import Settings

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

Data = Annotated[Path | None, typer.Option("--data", help="Data folder. [default: desireline-data]")]
Host = Annotated[str | None, typer.Option("--host", help="Address to serve on. [default: 127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to serve on; 0 takes a free one. [default: 8080]")]
JourneyName = Annotated[
    str | None, typer.Option("--journey", help="Journey file, or the name of a ready-made one such as `shop`.")
]


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
    settings = _settings(data_dir=data, host=host, port=port)
    serve(settings, _journey(journey, settings), welcome)


@app.command()
@spoken
def demo(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    visitors: Annotated[int, typer.Option(min=100, help="How many visitors come in 14 days.")] = 8_600,
    seed: Annotated[int, typer.Option(help="Other seeds draw other visitors.")] = 1,
    leave: Annotated[bool, typer.Option("--exit", help="Leave after the answer instead of serving on.")] = False,
) -> None:
    """Fill a simulated shop with visitors and show what hurts its checkout. The folder is emptied first."""
    from rich.console import Console

    from services.demo.guest import DemoGuest
    from services.edges.journey_file import parse
    from services.embedded.serving import House, serve

    _log(logging.ERROR)
    settings = _settings(host=host, port=port)
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

    settings = _settings(data_dir=data, port=port)
    return serve(settings, _journey(journey, settings), ReplayGuest(order, Console(), stays=stay))


@app.command()
@spoken
def ingest() -> None:
    """Take events over HTTP and put them into Kafka."""
    from services.ingest.server import run

    _log(logging.INFO)
    run(_settings())


@app.command()
@spoken
def stages(journey: JourneyName = None) -> None:
    """Work events out into sessions, stages, jobs and findings: from Kafka into ClickHouse."""
    from services.stages.preparation import Preparation

    _log(logging.INFO)
    settings = _settings()
    preparation = Preparation(settings)
    from services.stages.process import run  # this takes a while, and the preparation goes on meanwhile

    raise typer.Exit(run(settings, _journey(journey, settings), preparation))


@app.command()
@spoken
def api() -> None:
    """Answer questions over HTTP from ClickHouse."""
    from services.api.server import run

    _log(logging.INFO)
    run(_settings())


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
    run(_settings(data_dir=data), url, key, Wish(question, words, form, project))


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

    store = Store.open(_settings().clickhouse, bring_up_to_date=False)
    names = store.migrate(dry_run=dry_run)
    store.close()
    for name in names:
        typer.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    if not names:
        typer.echo("The tables are up to date.")


@keys.command("list")
@spoken
def list_keys(data: Data = None) -> None:
    """Show the keys there are; of read and admin keys only the beginning of their digest is known."""
    from services.edges.keyring import Keyring

    for key in Keyring(_keys_file(data)).keys:
        shown = key.public or f"sha256 {key.digest[:12]}…"
        typer.echo("  ".join(filter(None, (key.kind.value, key.project, shown, " ".join(sorted(key.rights))))))


@keys.command("create")
@spoken
def create_key(
    kind: Annotated[str, typer.Argument(help="write, read or admin")],
    project: Annotated[str, typer.Option(help="The project it is for.")] = "default",
    historical: Annotated[bool, typer.Option("--historical", help="A write key that may also send history.")] = False,
    data: Data = None,
) -> None:
    """Make a key and show it, this once. A running installation knows it at once."""
    from services.core.key import Kind, Right
    from services.edges.keyring import Keyring

    if kind not in set(Kind):
        raise typer.BadParameter(f"{kind!r} is none of write, read, admin", param_hint="KIND")
    rights = [Right.HISTORICAL] if historical else []
    typer.echo(Keyring(_keys_file(data)).create(Kind(kind), project, rights))


app.command()(spoken(rejudge))
app.command()(spoken(learn))
alerts.command("test")(spoken(try_alerts))
alerts.command("list")(spoken(list_alerts))
alerts.command("snooze")(spoken(snooze_alert))
alerts.command("backtest")(spoken(backtest_alerts))
refused.command("list")(spoken(list_refused))
refused.command("replay")(spoken(replay_refused))


def _settings(**given: object) -> "Settings":
    from services.settings import Settings

    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _keys_file(data: Path | None) -> Path:
    settings = _settings(data_dir=data)
    return settings.keys_file or settings.data_dir / "keys.json"


def _journey(name: str | None, settings: "Settings") -> "Journey":
    """The journey asked for, else the file of the settings, else the ready-made one of a shop."""
    from services.edges.journey_file import load_journey, named_journey, shipped

    if name is None:
        return load_journey(settings.journey) if settings.journey.exists() else shipped("shop")
    return named_journey(name)


def _log(level: int) -> None:
    """Logs go to standard error, so that standard output is the command's own."""
    import structlog

    from services.edges.standard_error import StandardError

    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(StandardError()),  # type: ignore[arg-type]  # has all that is used
    )
