"""Five houses with the same rooms; they meet only on the bus."""
