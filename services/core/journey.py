"""The business's map: ordered stages with steps, the jobs customers come for, the friction looked for."""


class Journey:
    """A checked journey file, compiled. `version` is a hash of its content."""

    version: str
