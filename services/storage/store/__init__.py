"""Remember: rows in PostgreSQL, bytes in a directory, and the URLs that lead to them."""
