"""
What search knows without a machine: folding, the query language, what matches, what a snippet shows.

Owns: the meaning of a query and of an indexed page.
Promises: plain Python, no clock, no input or output.
Never: knows how an engine stores its index.
"""
