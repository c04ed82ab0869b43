"""What the house of notify answers (calls) and announces (events)."""
