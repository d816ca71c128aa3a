"""A simulated shop: visitors with known jobs and planted friction, sent through the same door as real ones."""
