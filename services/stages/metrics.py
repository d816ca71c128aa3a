"""What the stages count. Each metric stands here with its sentence, and nowhere else."""

from prometheus_client import Counter, Histogram

APPLIED = Counter(
    "desireline_stages_records_applied", "Records a worker has gone through, those it set aside among them."
)
WRITTEN = Histogram(
    "desireline_stages_checkpoint_seconds",
    "Seconds from taking what changed to its being stored, positions included.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
SET_ASIDE = Counter(
    "desireline_stages_records_refused", "Records a worker could not apply and set aside, by reason.", ["reason"]
)
TABLED = Counter(
    "desireline_stages_refused_events_stored",
    "Events refused by ingest and stored in the table, by reason.",
    ["reason"],
)
