"""A test message to each receiver, sent once and stored nowhere."""

from services.core.journey import Journey
from services.core.spikes.delivery import Delivery
from services.core.spikes.telling import trial
from services.edges.alert_addresses import receivers_of
from services.edges.messenger import Messenger
from services.settings import Settings


async def try_receivers(journey: Journey, settings: Settings, only: str = "") -> list[tuple[str, str]]:
    """Each receiver's name with what went wrong, "" where it was taken. Raises NoAddress."""
    messenger = Messenger(settings)
    outcomes = []
    for receiver in receivers_of(journey.alerts, settings):
        if only in ("", receiver.name):
            letter = Delivery(project="", id="test", moment="test", receiver=receiver.name, attempts=1)
            done = await messenger.deliver(letter, receiver, trial(journey), None)
            outcomes.append((receiver.name, done.detail))
    return outcomes
