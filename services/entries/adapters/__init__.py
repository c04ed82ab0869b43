"""Calls what entries does not own: the document schema, archives, renderings, the house of storage."""
