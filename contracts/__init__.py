"""
The dictionary: all that two processes must agree on.

Owns: identifiers, errors, the envelope of a message, the calls each house answers and the events it announces.
Promises: additive change only once version 0.1 is tagged (ADR-0001); no behaviour, no input or output.
Never: imports anything but the standard library and pydantic.
"""
