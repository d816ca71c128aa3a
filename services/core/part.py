"""What all pieces of the journey file have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
NAME_SPELLING = "lower-case letters, digits and _, beginning with a letter"

Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=64, description=f"Its name everywhere: {NAME_SPELLING}.")]


class Part(BaseModel):
    """A piece of the journey file: unknown keys are mistakes, and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
