"""Reads `.eln` archives: promises a plan of pages in which nothing is lost, or says why not; never writes."""
