"""What alerting counts. Each metric stands here with its sentence, and nowhere else."""

from prometheus_client import Counter, Gauge

CHANGED = Counter("desireline_alerts_incidents", "Incidents that opened, went on or recovered.", ["moment"])
TOLD = Counter("desireline_alerts_messages", "Messages to receivers, by what became of the attempt.", ["state"])
JUDGED = Gauge("desireline_alerts_judged_hour", "The newest hour that was judged, in hours since 1970.")
