"""Builds the wheel. With DESIRELINE_COMPILED=1 mypyc makes C of what every event passes through; else nothing is done.

The source is the same either way, and each module's Python lies beside its compiled form. Needs a C compiler.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILED = {
    "services/core": (
        *("changes", "click", "fold", "listening", "key_hash", "meaning", "partition", "pipeline", "plan", "rendering"),
        *("rulebook", "session", "sessioniser", "tab", "tenant", "unwritten", "visitor_state", "watermark", "weighing"),
    ),
    "services/edges": ("batch_builder",),
    "services/ingest": ("plain_request", "recent", "sieve", "tally", "together"),
    "services/ingest/dialects": ("flat", "tracks"),
}
"""Not what defines pydantic's models or msgspec's structs: their metaclasses want Python's own functions."""

NEEDS = ["mypy[mypyc]>=2.4", "setuptools>=80", "types-pyyaml"]
"""Beside all that the project itself depends on: mypyc goes by its types."""


class CompiledParts(BuildHookInterface):
    """Puts the compiled modules into the wheel."""

    def dependencies(self) -> list[str]:
        return [*NEEDS, *self.metadata.core.dependencies] if _is_wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not _is_wanted() or version == "editable":
            return
        self._made = tempfile.TemporaryDirectory()
        for file in _compile(Path(self.root), Path(self._made.name)):
            build_data["force_include"][str(file)] = str(file.relative_to(Path(self._made.name) / "lib"))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "_made"):
            self._made.cleanup()


def _is_wanted() -> bool:
    return os.environ.get("DESIRELINE_COMPILED", "") == "1"


def _compile(root: Path, made: Path) -> list[Path]:
    """Compile into a folder, and answer the files that Python loads."""
    # Only where it is wanted are these there.
    from mypyc.build import mypycify
    from setuptools import Distribution

    os.chdir(root)  # mypy names modules by where they lie from here
    modules = [f"{folder}/{name}.py" for folder, names in COMPILED.items() for name in names]
    options = ["--config-file", "pyproject.toml", "--cache-dir", str(made / "cache")]
    extensions = mypycify([*options, *modules], opt_level="3", debug_level="0", target_dir=str(made / "c"))
    build = Distribution({"name": "desireline", "ext_modules": extensions}).get_command_obj("build_ext")
    build.build_lib, build.build_temp = str(made / "lib"), str(made / "temp")
    build.ensure_finalized()
    build.run()
    return [file for file in (made / "lib").rglob("*") if file.is_file()]
