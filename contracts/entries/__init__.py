"""What the house of entries answers (calls) and announces (events)."""
