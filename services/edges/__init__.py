"""Input and output, no decisions: each module speaks to one thing outside the process."""
