"""Spikes: what is usual, what stands out from it, which of that is one incident, and how an incident lives. Pure."""
