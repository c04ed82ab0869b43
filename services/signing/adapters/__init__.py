"""
Call what signing does not own: other houses, time-stamp authorities, key files, folders.

Promises: every call has a timeout; foreign errors become ours here. Never: decides.
"""
