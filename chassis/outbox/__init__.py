"""The outbox: facts leave in the same commit as the change they announce.

Owns: the outbox table and the relay that empties it onto the bus.
Promises: a committed fact is published at least once.
Never: publishes a fact whose transaction rolled back.
"""

# The advisory lock that the relay holds while it sleeps; any other number would do, unless the house uses it too.
ASLEEP = 7_100_001
