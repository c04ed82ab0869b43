"""
Move bytes: the HTTP door for signed uploads and downloads of the directory store, a process of its own.

Promises that bytes are streamed in constant memory, and that nothing but a signed URL opens anything. Never decides
who may: the house signs, the door checks the signature.
"""
