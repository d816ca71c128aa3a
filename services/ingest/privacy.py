"""What is configured of privacy and context, put together once for all requests."""

from collections.abc import Sequence
from functools import cache

import msgspec

from services.core.errors import SettingError
from services.core.terms import Asked
from services.edges.networks import Network, networks_of
from services.ingest.caller import Caller
from services.ingest.consent import anonymous, asked_by_headers, heed, may_be_asked
from services.ingest.country import Countries
from services.ingest.dialects.around import Surroundings
from services.ingest.dialects.segment import Arrival
from services.ingest.gate import Sending
from services.ingest.line import line_of
from services.ingest.pseudonym import DayNames, LastingNames, Pseudonyms, Salts
from services.ingest.query_string import USUAL, QueryStrings
from services.ingest.refusal import Reason
from services.ingest.scrubbing import Scrubber
from services.ingest.sender import sender_of
from services.ingest.sieve import Sifted
from services.settings import Settings

ALL_PROJECTS = "*"
LEAST_SECRET = 16


class Privacy:
    """Cleans what comes, and says who sent it and by which name they are kept."""

    def __init__(
        self, scrub: Scrubber, proxies: Sequence[Network], countries: Countries | None, names: "Names"
    ) -> None:
        self.surroundings = Surroundings(scrub)
        self.proxies = proxies
        self.countries = countries
        self._names = names

    @classmethod
    def configured(cls, settings: Settings) -> "Privacy":
        """Raises SettingError where a setting cannot be used."""
        kept = _listed(settings.query_parameters) or USUAL
        countries = Countries(settings.countries) if settings.countries else None
        return cls(Scrubber(QueryStrings(kept)), networks_of(settings.trusted_proxies), countries, Names(settings))

    def hides_ids(self, project: str) -> bool:
        """Whether visitors are kept by other names than those that are sent."""
        return self._names.of(project) is not None

    def applied(self, arrival: Arrival, caller: Caller) -> Arrival:
        """An arrival, with what is known of its sender."""
        return msgspec.structs.replace(
            arrival,
            sender=sender_of(caller),
            countries=self.countries,
            pseudonyms=self._names.of(arrival.project),
        )

    def heed(self, sifted: Sifted, body: bytes, sending: Sending, arrival: Arrival) -> Sifted:
        """What is left where visitors ask not to be watched, and the key's terms honour that."""
        terms = sending.key.terms
        if not terms.honour_wishes:
            return sifted
        whole, _ = asked_by_headers(sending.caller.headers, terms)
        if whole is Asked.IGNORE and not may_be_asked(body, terms):
            return sifted
        named = self._names.of_the_day(arrival.project)
        events = [line.event for line in sifted.lines]
        heeded = heed(events, terms, whole, lambda event: anonymous(event, named, arrival.sender))
        if dropped := len(events) - len(heeded):
            sifted.dropped[Reason.CONSENT] = dropped
        return sifted._replace(lines=[line_of(event) for event in heeded])


class Names:
    """Knows which projects keep ids as they come, and which do not."""

    def __init__(self, settings: Settings) -> None:
        self._for_a_day = _listed(settings.anonymous)
        self._for_good = _listed(settings.hash_ids)
        self._secret = settings.id_secret.get_secret_value().encode()
        self._salts = Salts(settings.data_dir / "salts")
        self.of = cache(self._of)
        self.of_the_day = cache(self._of_the_day)
        if self._for_good and len(self._secret) < LEAST_SECRET:
            raise SettingError(
                f"DESIRELINE_HASH_IDS needs DESIRELINE_ID_SECRET with at least {LEAST_SECRET} letters: "
                "a hash without a secret is undone by trying all ids"
            )

    def _of(self, project: str) -> Pseudonyms | None:
        if {project, ALL_PROJECTS} & self._for_a_day:
            return self.of_the_day(project)
        if {project, ALL_PROJECTS} & self._for_good:
            return LastingNames(project, self._secret)
        return None

    def _of_the_day(self, project: str) -> Pseudonyms:
        return DayNames(project, self._salts)


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())
