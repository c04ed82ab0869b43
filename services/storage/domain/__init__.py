"""Decide what an upload is made of, who may touch it and what a URL allows; no I/O and no clock."""
