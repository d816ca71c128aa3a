"""For how long a project's data is kept."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.api.sql import sql
from services.edges.clickhouse import Store


class DataRetentionAnswer(BaseModel):
    """How long data is kept, as the tables were told last."""

    kept_for: str = Field(description="Empty: for good.", examples=["13 months"])
    applied_at: datetime | None = Field(description="Since when that holds.")


def ask_data_retention(store: Store, project: str) -> DataRetentionAnswer:
    """Its own, else that of all projects."""
    rows = store.query(sql("data_retention"), {"project": project})
    return DataRetentionAnswer(**rows[0]) if rows else DataRetentionAnswer(kept_for="", applied_at=None)
