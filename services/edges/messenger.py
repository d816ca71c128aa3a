"""Sends what is told to one receiver, as it wants to be told, and says what became of it."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Protocol

import msgspec
from pydantic import SecretStr

from services.core.spikes.delivery import Delivery, arrived, failed, given_up
from services.core.spikes.incident import Incident
from services.core.spikes.rules import Receiver
from services.core.spikes.telling import Told, reproducing
from services.edges.allowed import Allowed, NotAllowed
from services.edges.outgoing import NobodyKnows, NotReached, Outgoing
from services.edges.webhook import request


class Post(Protocol):
    """What is needed of the settings."""

    @property
    def receivers(self) -> Mapping[str, SecretStr]: ...
    @property
    def webhook_secret(self) -> SecretStr: ...
    @property
    def outgoing_allowed(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def signing_key(self) -> SecretStr: ...


class Messenger:
    """Delivers. Nothing it answers holds an address, which is a secret."""

    def __init__(self, settings: Post) -> None:
        self._settings = settings
        self._outgoing = Outgoing(Allowed(settings.outgoing_allowed))
        self._resting: dict[str, int] = {}

    def rests(self, receiver: str) -> bool:
        """Whether it asked for time, which it does for all its messages and not for the one it did not take."""
        return _now() < self._resting.get(receiver, 0)

    @property
    def busy(self) -> bool:
        """Is a thread waiting for a name server?"""
        return self._outgoing.busy

    async def deliver(self, delivery: Delivery, receiver: Receiver, told: Told, about: Incident | None) -> Delivery:
        """Try once; the delivery as it then stands."""
        url = self._settings.receivers[receiver.name].get_secret_value()
        body, headers = self._request(delivery, receiver, told, about)
        try:
            answer = await self._outgoing.post(url, body, headers)
        except (NotAllowed, NotReached) as error:
            return failed(delivery, str(error), _now())
        except NobodyKnows as error:
            # A webhook's receiver knows a duplicate by its name, Slack's readers do not.
            return failed(delivery, str(error), _now(), in_doubt=receiver.kind == "slack")
        if answer.is_taken:
            return arrived(delivery, _now())
        self._resting[receiver.name] = _now() + round(answer.retry_after * 1000)
        said = f"answered {answer.status}: {answer.body}"
        if answer.is_final and receiver.kind == "slack":
            # A webhook that was revoked, a channel that is gone, blocks that Slack refuses: it says so for good.
            return given_up(delivery, said, _now())
        return failed(delivery, said, _now(), wait=answer.retry_after)

    def _request(
        self, delivery: Delivery, receiver: Receiver, told: Told, about: Incident | None
    ) -> tuple[bytes, dict[str, str]]:
        if receiver.kind == "webhook":
            payload = {
                "delivery": delivery.name,
                "moment": told.moment,
                "text": f"{told.title}: {told.sentence}",
                "facts": dict(told.facts),
                "lines": told.lines,
                "links": dict(told.links),
                "incident": msgspec.to_builtins(about),
                "query": reproducing(about) if about else "",
            }
            return request(payload, delivery.name, self._settings.webhook_secret.get_secret_value(), _now() // 1000)
        from services.edges import slack  # its models take a while to import, and most workers never tell anything

        return slack.message(told, self._chart(about)), slack.HEADERS

    def _chart(self, about: Incident | None) -> str:
        key, url = self._settings.signing_key.get_secret_value(), self._settings.public_url
        if not (about and key and url):
            return ""
        path = f"{about.project}/{about.id}/{about.judged}"
        return f"{url.rstrip('/')}/v1/charts/{path}.png?sig={chart_signature(key, path)}"


def chart_signature(key: str, path: str) -> str:
    """Whoever has the address may see the chart: Slack's servers fetch it without a key."""
    return hmac.new(key.encode(), f"chart/{path}".encode(), hashlib.sha256).hexdigest()[:32]


def _now() -> int:
    return time.time_ns() // 1_000_000
