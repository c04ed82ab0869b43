"""
Remember circuits, ceremonies, intents, signatures and the log in PostgreSQL.

Owns: tables, the unit of work, the map from facts to events. Promises: one commit a unit. Never: calls another house.
"""
