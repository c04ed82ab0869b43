"""
The real servers tests run against.

Owns: one private PostgreSQL and one private RabbitMQ per test run, as processes (or containers with
``PAILLASSE_TEST_SERVERS=containers``).
Promises: a server that cannot be had is skipped by name with the command that gives it; with ``CI`` set it fails.
Never: touches a server it did not start.
"""
