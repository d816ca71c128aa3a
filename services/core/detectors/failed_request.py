"""A request of the page failed."""

from pydantic import Field

from services.core import address
from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold
from services.core.recurrence import recurrence


class FailedRequest(Detector):
    """The person waits for what the page asked its server for in vain: prices stay empty, the basket does not change.

    Default: an answer with status 400 or more, as OpenReplay counts it, or none at all (no status: no network, or
    blocked). A method and address, whatever the ids in it, at one place is one finding in a session. Third parties
    count only where their host is named: half of all visitors block some.
    Misfires: where a site asks for what it expects to be refused (401 to see whether somebody is logged in): raise
    `status`; and where a client tells of requests that only the next page broke off.
    """

    status: int = Field(400, ge=400, le=599, description="Lowest status that counts.")
    hosts: tuple[str, ...] = Field((), description="Third parties' hosts whose requests count too.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({"request_failed"})

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"url", "host", "status", "method", "own"})

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count a failure to what was asked for, and where."""
        status = int(act.number("status"))
        host = (act.text("host") or address.host_of(act.text("url"))).casefold()
        if 0 < status < self.status or not address.counts(act, host, self.hosts):
            return None
        asked = f"{act.text('method').upper()} {host}{address.path_of(act.text('url'))}".strip()
        cause = f"status {status}" if status else "no answer"
        return recurrence(fold, self.name).add(self.begin(act, fold, NOTICEABLE, cause, asked))
