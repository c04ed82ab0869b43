"""Promises, kept on fakes, real servers and the whole system."""
