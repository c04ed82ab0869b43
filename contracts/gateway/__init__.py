"""What the house of gateway answers (calls) and announces (events)."""
