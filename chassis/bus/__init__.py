"""The bus: calls and events over RabbitMQ, by nameko, behind a small edge.

Owns: the wire protocol, actor tokens, the two decorators of a house's service, the client and the process runner.
Promises: no message can kill a container, no failure is silent, every wait has a deadline (ADR-0002).
Never: decides anything about the laboratory; ``wire`` and ``tokens`` never load nameko (the gateway uses them).
"""
