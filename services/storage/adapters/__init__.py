"""Call machines storage does not own: the child processes that open strangers' files."""
