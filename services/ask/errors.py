"""What can go wrong with asking, in a sentence."""


class CannotAsk(Exception):
    """A question that got no answer: says why and what to do."""
