"""
The machines search does not own: the house of entries, by calls over the bus.

Owns: the mapping of contract replies to search's own values.
Promises: foreign errors become those the use cases know.
Never: decides anything.
"""
