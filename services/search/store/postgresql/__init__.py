"""The index as PostgreSQL text search: a row a page, its words and their stems in one tsvector."""
