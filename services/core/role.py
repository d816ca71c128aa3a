"""What a stage is to a shop, where a detector must know; apart, since detectors and places both say it."""

from typing import Literal

Role = Literal["browse", "basket", "checkout", "done"]
