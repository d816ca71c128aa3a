"""Journey files: YAML from the disk or from the package → a checked Journey, every mistake with its line."""

from importlib.resources import files
from pathlib import Path

import yaml

from services.core.errors import JourneyError
from services.core.journey import Journey, read_journey
from services.core.learned import Learned
from services.edges.journey_yaml import LONGEST, File, read_yaml
from services.edges.line_in_file import line_of


def load_journey(path: Path) -> Journey:
    """Read and check a journey file, with what was learned beside it (`learned_file`).

    Raises JourneyError: one line for each mistake, with file, line and key.
    """
    beside = learned_file(path)
    learned = File(str(beside), _text(beside)) if beside.exists() else None
    return parse(_text(path), str(path), learned)


def learned_file(path: Path) -> Path:
    """Where `desireline learn` writes what belongs to a journey file: `shop.learned.yaml` beside `shop.yaml`."""
    return path.with_suffix(f".learned{path.suffix}")


def learned_text(learned: Learned) -> str:
    """The text of such a file."""
    data = learned.model_dump(mode="json")
    return "# Written by `desireline learn`. Part of the journey's version.\n" + yaml.safe_dump(data, sort_keys=True)


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        said = f"{path}: cannot be read ({error.strerror}); name a journey file with --journey, or a ready-made one"
        raise JourneyError([said]) from None
    except UnicodeDecodeError as error:
        raise JourneyError([f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]) from None


def shipped(name: str) -> Journey:
    """A ready-made journey of this package. Raises JourneyError where there is none of that name."""
    folder = files("services.journeys")
    names = sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    if name not in names:
        raise JourneyError([f"There is no ready-made journey {name!r}; there are {', '.join(names)}."])
    return parse((folder / f"{name}.yaml").read_text(encoding="utf-8"), f"{name} (ready-made)")


def named_journey(name: str) -> Journey:
    """The journey of a file, or a ready-made one. Raises JourneyError."""
    is_file = Path(name).suffix in {".yaml", ".yml"} or Path(name).exists()
    return load_journey(Path(name)) if is_file else shipped(name)


def parse(text: str, name: str, learned: File | None = None) -> Journey:
    """Check the text of a journey file called `name`; what was learned stands for its key `learned`."""
    root, data = read_yaml(File(name, text))
    if learned is None:
        return read_journey(data, lambda key: f"{name}:{line_of(root, key)}")
    learned_root, told = read_yaml(learned)
    if isinstance(data, dict):
        data = {**data, "learned": told}

    def where(key: tuple[str | int, ...]) -> str:
        if key[:1] == ("learned",):
            return f"{learned.name}:{line_of(learned_root, key[1:])}"
        return f"{name}:{line_of(root, key)}"

    return read_journey(data, where)
