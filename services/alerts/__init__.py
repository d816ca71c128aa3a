"""`desireline alerts`: what is tried on history, sent as a test, shown and put off."""
