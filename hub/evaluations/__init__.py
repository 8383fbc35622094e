"""What residents say: so far the tickets of those who could not get it done."""
