"""
What notify knows without a machine: which event tells whom what.

Owns: kinds of notices, their recipients, the identity of a mail.
Promises: plain Python, no clock, no input or output.
Never: words a sentence; templates do.
"""
