"""What ingest counts. Each metric stands here with its sentence, and nowhere else."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from services.ingest.refusal import Reason

ACKNOWLEDGE_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Holds the metrics of one ingest service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.accepted = Counter(
            "desireline_ingest_events_accepted", "Events acknowledged with a 200.", registry=self.registry
        )
        self._events_refused = Counter(
            "desireline_ingest_events_refused",
            "Events not taken, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self._requests_refused = Counter(
            "desireline_ingest_requests_refused",
            "Requests refused as a whole, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self._requests = Counter(
            "desireline_ingest_requests", "Requests answered, by status.", ["status"], registry=self.registry
        )
        self.renamed = Counter(
            "desireline_ingest_events_renamed",
            "Events taken as `other`, because their project has as many names as it may have.",
            registry=self.registry,
        )
        self.bytes = Counter("desireline_ingest_body_bytes", "Bytes of bodies, inflated.", registry=self.registry)
        self.acknowledge = Histogram(
            "desireline_ingest_acknowledge_seconds",
            "From the event read to the event safe.",
            buckets=ACKNOWLEDGE_SECONDS,
            registry=self.registry,
        )
        # `labels()` takes longer than the count itself, and the sets are closed.
        self.event_refused = {reason: self._events_refused.labels(reason.value) for reason in Reason}
        self.request_refused = {reason: self._requests_refused.labels(reason.value) for reason in Reason}
        self._statuses: dict[int, Counter] = {}

    def answered(self, status: int, requests: int = 1) -> None:
        counter = self._statuses.get(status)
        if counter is None:
            counter = self._statuses[status] = self._requests.labels(str(status))
        counter.inc(requests)
