"""What the house of signing answers (calls) and announces (events)."""
