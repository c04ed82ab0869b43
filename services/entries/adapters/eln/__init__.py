"""Reads `.eln` archives: promises a plan of pages in which nothing is lost, or a refusal with its reason; never writes."""
