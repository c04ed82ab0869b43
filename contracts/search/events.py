"""Announce what search found by itself: nothing yet (saved searches come later)."""
