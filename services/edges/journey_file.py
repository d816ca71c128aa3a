"""A journey file on disk → a checked Journey; every mistake named with file, line and key."""

from pathlib import Path
from typing import Any

import yaml

from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey


def load_journey(path: Path) -> Journey:
    """Read and check a journey file.

    Raises JourneyError: it cannot be read, is no YAML, or says something we do not understand.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise JourneyError([f"{path}: cannot be read ({error.strerror}); name a journey file with --journey"]) from None
    except UnicodeDecodeError as error:
        raise JourneyError([f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise JourneyError([f"{path}:{line}: is not valid YAML: {error.problem or error.context}"]) from None
    except yaml.YAMLError as error:
        raise JourneyError([f"{path}: is not valid YAML: {error}"]) from None
    return read_journey(data, lambda key: f"{path}:{_line(node, key)}")


def _line(node: yaml.Node | None, key: tuple[str | int, ...]) -> int:
    """The line of a key, or of the nearest thing around it that is there."""
    line = 1
    for part in key:
        found = _child(node, part)
        if found is None:
            continue
        line, node = found
    return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == part:
                return name.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item: Any = node.value[part]
        return item.start_mark.line + 1, item
    return None
