"""One file a detector. Putting a file here is all it takes: the module `rage_click` holds the class `RageClick`."""

from importlib import import_module
from pkgutil import iter_modules

from services.core.detector import Detector


def _load(module: str) -> type[Detector]:
    found: type[Detector] = getattr(import_module(f"{__name__}.{module}"), module.title().replace("_", ""))
    return found


DETECTORS: dict[str, type[Detector]] = {module.name: _load(module.name) for module in iter_modules(__path__)}
