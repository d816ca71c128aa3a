"""Mistakes in the keys file, in words: its line, the key, what is wrong with it, and what to write instead."""

import re
from difflib import get_close_matches
from pathlib import Path

import msgspec
import yaml

from services.core.terms import Terms
from services.edges.line_in_file import Key, line_of

REMEDIES = {
    "kind": "write `write`, `read` or `admin`",
    "rights": 'write a list of rights, such as ["historical"]',
    "origins": 'write origins as browsers do, such as ["https://shop.example", "https://*.shop.example"]',
    "rate": "write how many events a second are taken, such as 500",
    "address_rate": "write how many events a second are taken from one network, such as 100",
    "robots": "write `drop` or `ignore`",
    "gpc": "write `drop` or `ignore`",
    "dnt": "write `drop` or `ignore`",
    "event_names": "write how many names there may be, such as 500",
}


def mistake(path: Path, text: bytes, error: msgspec.ValidationError) -> str:
    """One line with all that is needed to mend it."""
    fault, _, place = str(error).partition(" - at `$")
    key = _key(place)
    wrong = re.search(r"(?:unknown|required) field `(.+)`", fault)
    if wrong:
        key = (*key, wrong[1])
    return f"{path}:{_line(text, key)}: {'.'.join(map(str, key)) or 'the file'}: {fault}; {_remedy(key, fault)}"


def _key(place: str) -> Key:
    """
    >>> _key(".keys[0].terms.origins[1]`")
    ('keys', 0, 'terms', 'origins', 1)
    """
    return tuple(int(index) if index else name for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", place))


def _line(text: bytes, key: Key) -> int:
    """JSON is YAML, nearly: where it is not, the mistake is told without its own line."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return 1
    return line_of(root, key) if root else 1


def _remedy(key: Key, fault: str) -> str:
    names = [part for part in key if isinstance(part, str)]
    if "unknown field" in fault:
        known = Terms.__struct_fields__ if "terms" in key else ("kind", "project", "key", "sha256", "rights", "terms")
        close = get_close_matches(names[-1], known, n=1)
        meant = f"did you mean `{close[0]}`? " if close else ""
        return f"{meant}there are {', '.join(known)}"
    return REMEDIES.get(names[-1] if names else "", "see docs/ingest.md for what stands there")
