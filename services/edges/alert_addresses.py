"""Whose address is what: the receivers of the journey file with the addresses of the environment."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr

from services.core.spikes.rules import AlertRules, Receiver

SLACK_HOST = "hooks.slack.com"


class Addresses(Protocol):
    """What is needed of the settings."""

    @property
    def receivers(self) -> Mapping[str, SecretStr]: ...


class NoAddress(Exception):
    """A receiver of the journey file whose address nobody gave."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The receiver {name} of the journey file has no address. Name it in DESIRELINE_RECEIVERS, such as "
            f'{{"{name}": "https://{SLACK_HOST}/services/…"}}.'
        )


def receivers_of(rules: AlertRules, settings: Addresses) -> list[Receiver]:
    """Those of the journey file; without any, whoever has an address hears of everything. Raises NoAddress."""
    for receiver in rules.receivers:
        if receiver.name not in settings.receivers:
            raise NoAddress(receiver.name)
    if rules.receivers:
        return list(rules.receivers)
    return [_default(name, secret.get_secret_value()) for name, secret in settings.receivers.items()]


def _default(name: str, address: str) -> Receiver:
    return Receiver(name=name, kind="slack" if urlsplit(address).hostname == SLACK_HOST else "webhook")
