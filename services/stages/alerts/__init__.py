"""Alerts within the stages: one worker of all judges each hour that is over, and tells who should hear."""
