"""Remembers what entries owns, in its own PostgreSQL database; one commit per change."""
