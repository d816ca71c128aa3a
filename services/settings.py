"""The environment → one frozen Settings. Nothing else reads `os.environ`."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where things are and how much is allowed. Every field is `DESIRELINE_<NAME>` in the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="DESIRELINE_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("desireline-data"), description="Folder of an embedded installation.")
    journey: Path = Field(Path("desireline.yaml"), description="The journey file.")
    keys_file: Path | None = Field(None, description="Write and read keys; default: keys.json in the data folder.")

    host: str = Field("127.0.0.1", description="Address to serve on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to serve on; 0 takes a free one.")

    kafka: str = Field("127.0.0.1:9092", description="Kafka's bootstrap servers, comma-separated.")
    topic: str = Field("events", description="Topic of accepted events.")
    partitions: int = Field(8, ge=1, description="Partitions of a topic we create.")
    replication: int = Field(1, ge=1, description="Replication factor of a topic we create.")
    group: str = Field("desireline-stages", description="Consumer group of the stages workers.")
    worker: str = Field("", description="Stable name of this stages worker: static membership, so a restart is quick.")

    health_port: int | None = Field(None, ge=0, le=65535, description="Port of a stages worker's /readyz and /metrics.")

    clickhouse: str = Field(
        "http://default:@127.0.0.1:8123/default",
        description="http(s)://user:password@host:port/database, or chdb:///folder for the engine in the process.",
    )

    checkpoint_every: timedelta = Field(timedelta(seconds=1), description="At the latest after this time.")
    checkpoint_events: int = Field(20_000, ge=1, description="At the latest after this many events.")

    most_refused_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of a minute's records a stages worker may set aside; beyond it stops. 1: never.",
    )

    query_parameters: str = Field("", description="Kept of addresses; others are cut. Default: see docs/privacy.md.")
    countries: Path | None = Field(None, description="A .mmdb file (MaxMind's format) that knows addresses' countries.")
    trusted_proxies: str = Field("", description="Networks whose X-Forwarded-For is believed, comma-separated.")
    address_connections: int = Field(
        512, ge=1, description="Connections that one address may hold at once; trusted proxies hold any number."
    )
    posthog_js: Path | None = Field(
        None, description="The folder `dist` of the npm package posthog-js, for pages that load it from here."
    )
    unknown_key_rate: float = Field(
        10, gt=0, description="Requests a second with unknown keys that one network may send to ingest; then 429."
    )
    anonymous: str = Field("", description="Projects (or *) whose visitors get a name for a day, by no cookie.")
    hash_ids: str = Field("", description="Projects (or *) of whose visitors and users only hashes are kept.")
    retention: str = Field("", description="How long data is kept: `13 months, blog=90 days`. Empty: for good.")
    id_secret: SecretStr = Field(SecretStr(""), description="With which ids are hashed; the same in all services.")

    batch_wait: timedelta = Field(timedelta(milliseconds=10), description="How long ingest gathers a record batch.")
    batch_events: int = Field(500, ge=1, description="At the latest after this many events of one partition.")
    buffer_bytes: int = Field(64 * 1024 * 1024, ge=1, description="Unacknowledged bytes before ingest answers 503.")
    acknowledge_within: timedelta = Field(timedelta(seconds=10), description="Longest wait for a 200; then 503.")

    receivers: dict[str, SecretStr] = Field(
        {}, description='Where alerts go, by the receiver\'s name, as JSON: {"slack": "https://hooks.slack.com/…"}.'
    )
    webhook_secret: SecretStr = Field(SecretStr(""), description="Signs webhooks; without it they are not signed.")
    outgoing_allowed: str = Field(
        "", description="Hosts and networks, comma-separated, that alerts may go to although they are private."
    )
    public_url: str = Field("", description="Where the API is reached from outside: links and charts of alerts.")
    signing_key: SecretStr = Field(SecretStr(""), description="Signs the addresses of charts; `up` makes its own.")
    findings_topic: str = Field("findings", description="Topic of findings as they are made.")

    @property
    def keys_path(self) -> Path:
        """The file of keys: the one that is named, else the data folder's."""
        return self.keys_file or self.data_dir / "keys.json"
