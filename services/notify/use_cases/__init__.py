"""
What notify is asked to do, one file per verb.

Owns: the order of note, write, deliver and remember.
Promises: no network call inside an open transaction; every use case may run twice, late or never to its end.
Never: reaches a machine but through ports.
"""
