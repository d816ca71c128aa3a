"""Desireline: finds where customers get stuck on the way to what they came to do."""
