"""What apps tell of their own life: ours, and what Segment's, RudderStack's and PostHog's mobile clients send."""

BACKGROUNDED = frozenset({"app_background", "Application Backgrounded"})
CRASHED = frozenset({"app_crash", "Application Crashed"})
RETURNED = frozenset({"app_foreground", "Application Foregrounded", "Application Opened"})
