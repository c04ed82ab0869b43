"""
The single machine: the whole system with one command, without Docker.

Owns: processes, their order, their folders and secrets; the demo institution; the commands.
Promises: ends every child it started and nothing else; listens on loopback only; a demo is marked as one.
Never: imports a service or the gateway; it starts programs and speaks HTTP.
"""
