"""Import eventlet without the warning that it is in maintenance: known and accepted (ADR-0002)."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import eventlet

__all__ = ["eventlet"]
