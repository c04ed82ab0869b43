"""Storage on a real PostgreSQL, with its door as a real process."""
