"""What the stages count. Each metric stands here with its sentence, and nowhere else."""

from prometheus_client import Counter

SET_ASIDE = Counter(
    "desireline_stages_records_refused", "Records a worker could not apply and set aside, by reason.", ["reason"]
)
TABLED = Counter(
    "desireline_stages_refused_events_stored",
    "Events refused by ingest and stored in the table, by reason.",
    ["reason"],
)
