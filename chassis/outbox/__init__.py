"""The outbox: facts leave in the same commit as the change they announce.

Owns: the outbox table and the relay that empties it onto the bus.
Promises: a committed fact is published at least once.
Never: publishes a fact whose transaction rolled back.
"""
