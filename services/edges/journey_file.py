"""Journey files: YAML from the disk or from the package → a checked Journey, every mistake with its line."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey
from services.edges.line_in_file import line_of


def load_journey(path: Path) -> Journey:
    """Read and check a journey file. Raises JourneyError: one line for each mistake, with file, line and key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        said = f"{path}: cannot be read ({error.strerror}); name a journey file with --journey, or a ready-made one"
        raise JourneyError([said]) from None
    except UnicodeDecodeError as error:
        raise JourneyError([f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]) from None
    return parse(text, str(path))


def shipped(name: str) -> Journey:
    """A ready-made journey of this package. Raises JourneyError where there is none of that name."""
    folder = files("services.journeys")
    names = sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    if name not in names:
        raise JourneyError([f"There is no ready-made journey {name!r}; there are {', '.join(names)}."])
    return parse((folder / f"{name}.yaml").read_text(encoding="utf-8"), f"{name} (ready-made)")


def parse(text: str, name: str) -> Journey:
    """Check the text of a journey file called `name`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise JourneyError([f"{name}:{line}: is not valid YAML: {error.problem or error.context}"]) from None
    except yaml.YAMLError as error:
        raise JourneyError([f"{name}:1: is not valid YAML: {error}"]) from None
    if root is None:
        raise JourneyError([f"{name}:1: the file is empty; a journey needs `journey`, a name, and `stages`."])
    if doubled := list(_doubled_keys(root, name)):
        raise JourneyError(doubled)
    return read_journey(data, lambda key: f"{name}:{line_of(root, key)}")


def _doubled_keys(node: Any, name: str) -> list[str]:
    """YAML would silently take the last of two equal keys."""
    problems: list[str] = []
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            problems += _doubled_keys(item, name)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                problems.append(f"{name}:{key.start_mark.line + 1}: {key.value}: given twice; keep one")
            seen.add(key.value)
            problems += _doubled_keys(value, name)
    return problems
