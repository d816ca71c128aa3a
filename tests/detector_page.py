"""docs/detectors.md, written from the detectors themselves: `uv run python -m tests.detector_page`."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.core.detector import Detector
from services.core.detectors import DETECTORS

PAGE = Path(__file__).parent.parent / "docs" / "detectors.md"

INTRODUCTION = """\
# Detectors

A detector finds one kind of friction, session by session, as the events come in. All are on unless the journey file
has a `friction` key; then those named there are:

```yaml
friction:
  rage_click: {clicks: 3}
  quick_back: {}
```

A detector works on what arrives: page views and shop events in Segment's or GA4's words are enough for most, some need
what a browser or an app tells of itself ([events.md](events.md)). A customer's own event names are settings. Which
pages are log-ins, help, policies and errors is said once, under `pages`; the defaults know the usual paths:

```yaml
pages:
  help: {path: ["/hilfe/**", /kontakt]}
```

Findings of places named under `intended` are kept apart: some friction serves the customer. A *drop-off* is an effect,
the end of a session; *friction* may be its cause, and only friction is ranked as pain.

(This page is written from the detectors: `uv run python -m tests.detector_page`.)
"""


def page() -> str:
    """The whole page."""
    rows = [f"| [{name}](#{name}) | {one.kind.replace('_', '-')} | {_feels(one)} |" for name, one in DETECTORS.items()]
    table = "\n".join(["| detector | kind | what happens |", "|---|---|---|", *rows])
    sections = "\n".join(line for name, one in DETECTORS.items() for line in _section(name, one))
    return f"{INTRODUCTION}\n{table}\n\n{sections}\n"


def _section(name: str, detector: type[Detector]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"{inspect.getdoc(detector)}\n"
    if detector.model_fields:
        defaults = detector().model_dump(mode="json")
        yield "| setting | default | |"
        yield "|---|---|---|"
        for setting, field in detector.model_fields.items():
            yield f"| `{setting}` | {_default(defaults[setting])} | {field.description} |"
        yield ""


def _feels(detector: type[Detector]) -> str:
    return (inspect.getdoc(detector) or "").partition("\n\n")[0].replace("\n", " ")


def _default(value: Any) -> str:
    return ", ".join(f"`{one}`" for one in value) if isinstance(value, list) else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page())
