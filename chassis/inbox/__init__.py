"""The inbox: a message takes effect once.

Owns: the inbox table.
Promises: the message id is stored in the same commit as the effect, so a redelivery changes nothing.
Never: forgets a message younger than the oldest one a dead-letter queue may replay.
"""
