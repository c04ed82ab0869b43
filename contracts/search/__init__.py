"""What the house of search answers (calls) and announces (events)."""
