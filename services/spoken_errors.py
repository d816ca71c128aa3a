"""Which errors are said in a sentence: those the user can mend. All others are ours and keep their traceback."""

from pydantic import ValidationError

from services.ask.errors import CannotAsk
from services.core.errors import CoreError
from services.edges.alert_addresses import NoAddress
from services.edges.clickhouse_errors import StoreError
from services.edges.keyring import KeysFileError
from services.edges.listener import CannotListen
from services.edges.topics import KafkaUnreachable
from services.embedded.errors import CannotStart
from services.replay.mapping import MappingError
from services.replay.sender import SendError

_MENDABLE = (
    CoreError,
    StoreError,
    KeysFileError,
    KafkaUnreachable,
    NoAddress,
    CannotStart,
    CannotListen,
    MappingError,
    SendError,
    CannotAsk,
)


def sentence(error: Exception) -> str | None:
    """What to tell the user; None for an error of ours."""
    if isinstance(error, ValidationError) and error.title == "Settings":
        said = (f"DESIRELINE_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        return "The settings in the environment or in .env cannot be used. " + "; ".join(said)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return str(error) if isinstance(error, _MENDABLE) else None
