"""`desireline refused`: what was refused, shown and sent again, by whoever runs the installation."""
