"""What the house of storage answers (calls) and announces (events)."""
