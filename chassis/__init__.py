"""The toolbox: machinery every house is bolted to.

Owns: settings, logs, measures, health, the database engine, outbox, inbox, jobs, migrations and the bus.
Promises: knows no word of the laboratory; nothing is patched or connected by an import.
Never: imports a house or the gateway.
"""
