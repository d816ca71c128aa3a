"""When a page was out of sight: its tab hidden, its app in the background. Nobody hesitates who does not see it."""

import msgspec

from services.core.act import Act
from services.core.event import Millis

HIDING = frozenset({"tab_hidden", "app_background", "Application Backgrounded"})
"""Events that say so: ours for a tab, Segment's for an app."""

SHOWING = frozenset({"tab_shown", "app_foreground", "Application Foregrounded", "Application Opened"})


def is_hidden(act: Act) -> bool:
    """Whether the tab was hidden since the act before it in the same field."""
    return act.props is not None and act.props.get("hidden") is True


class Unseen(msgspec.Struct, gc=False):
    """How long the page was out of sight since a moment."""

    since: Millis | None = None
    total: int = 0

    def take(self, act: Act) -> None:
        """A hiding or showing; hiding twice is hiding once."""
        if act.name in HIDING:
            if self.since is None:
                self.since = act.occurred_at
        else:
            self.total = self.until(act.occurred_at)
            self.since = None

    def until(self, at: Millis) -> int:
        """Milliseconds out of sight up to a time."""
        return self.total + (at - self.since if self.since is not None else 0)
