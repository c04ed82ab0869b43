"""Renders a revision for people and machines: promises the same bytes for the same record; never fetches anything."""
