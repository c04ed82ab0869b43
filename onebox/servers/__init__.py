"""
The two servers onebox brings: a private PostgreSQL and a private RabbitMQ.

Owns: how each is installed in a folder of its own, configured, and recognised as ready.
Promises: loopback only, passwords everywhere, no server touched that was not made here.
Never: starts a process itself (the supervisor does).
"""
