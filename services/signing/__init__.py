"""
The house of signing: circuits, signatures and the log.

Owns: circuits, statements, signatures, certificates, time-stamp tokens, the append-only log, evidence files.
Promises: an intent is on record before a key is used; a signature, its leaf and its event are one commit;
a crash at any point is finished or voided; the log never loses, doubles or rewrites a leaf.
Never: decides who may read (it asks entries), keeps attachments' bytes, trusts a digest a client sends.
"""
