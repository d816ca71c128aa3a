"""What all pieces of the journey file have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=64,
        description="Its name everywhere: lower-case letters, digits and _, beginning with a letter.",
    ),
]


class Part(BaseModel):
    """A piece of the journey file: unknown keys are mistakes, and nothing changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
