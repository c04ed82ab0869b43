"""
Decide what is signed, by whom, in which order, and what the bytes are.

Owns: circuits, statements, DER, certificates, manifests, Merkle trees, notes, the layout of the evidence file.
Promises: pure functions of their arguments; time, randomness and keys come in.
Never: opens a file, a socket or a transaction.
"""
