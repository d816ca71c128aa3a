"""Real events with independent oracles, which are not part of the product: tests skip where they are missing."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("DESIRELINE_SHARED", Path(__file__).parent.parent.parent / "shared")) / "data"


def shared_data(name: str) -> Path:
    """The folder of a data set; skips the test, saying so, where there is none."""
    if not (FOLDER / name).is_dir():
        pytest.skip(f"the real events of {name} are not here: name their folder in DESIRELINE_SHARED")
    return FOLDER / name
