"""
What search remembers in PostgreSQL: pages as tsvectors with their labels, and the labels of readers.

Owns: the tables of the index and every statement over them.
Promises: one statement matches, filters by rights, counts and orders; the text shown comes from the same snapshot.
Never: knows what an event or a call looks like.
"""
