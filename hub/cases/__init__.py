"""Cases and their results."""
