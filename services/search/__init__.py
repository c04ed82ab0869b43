"""
The house of search: find pages by their words, within what the reader may read.

Owns: an index of entries that can always be rebuilt, and a copy of the labels each reader holds.
Promises: counts, facets and snippets never betray a hidden page; replays and disorder of events are harmless.
Never: decides who may read what (entries does), keeps the only copy of anything.
"""
