"""The country of an address, by a file in MaxMind's format that whoever runs this has put there. None comes with us."""

from functools import lru_cache
from pathlib import Path

import maxminddb

from services.core.errors import SettingError
from services.ingest.truncation import truncated


class Countries:
    """Knows the country of addresses, each cut to its network first: nothing here remembers more."""

    def __init__(self, path: Path) -> None:
        """Raises SettingError where the file cannot be used."""
        try:
            self._database = maxminddb.open_database(path)
        except OSError as error:
            raise SettingError(
                f"cannot read the country database {path} ({error.strerror}): "
                "set DESIRELINE_COUNTRIES to a .mmdb file, or unset it"
            ) from error
        except maxminddb.InvalidDatabaseError as error:
            raise SettingError(
                f"{path} is no MaxMind database ({error}): set DESIRELINE_COUNTRIES to a .mmdb"
            ) from error
        self._found = lru_cache(maxsize=4096)(self._look_up)

    def of(self, address: str) -> str:
        """Two letters (ISO 3166), "" where it is not known."""
        return self._found(truncated(address)) if address else ""

    def _look_up(self, address: str) -> str:
        try:
            found = self._database.get(address)
        except ValueError:
            return ""
        country = found.get("country") or found.get("registered_country") if isinstance(found, dict) else None
        code = country.get("iso_code") if isinstance(country, dict) else country
        return code if isinstance(code, str) and len(code) == 2 else ""
