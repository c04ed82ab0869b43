"""Decide what may happen to notebooks, entries, people and rights: plain Python, no clock, no machine."""
