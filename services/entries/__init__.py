"""
The house of entries: the notebooks of the institution and everything they say.

Owns: the structure tree, people with their affiliations and roles, notebooks, entries, immutable revisions, grants,
imports, and the state of every entry.
Promises: page numbers without a gap, revisions that never change and are chained by digest, every read and write
decided on the verified actor, one event in the same commit as its fact.
Never: keeps bytes of files (storage), signs (signing), or maps a foreign author to an account.
"""
