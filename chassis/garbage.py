"""Spare the garbage collector what a process keeps for as long as it lives (gc.freeze, gc.set_threshold)."""

import gc

# Young objects before a look at them: a request makes thousands that die by themselves.
_YOUNG = 20_000
_LOOKS_BEFORE_OLDER = 20


def spare_what_stays() -> None:
    """Call once, when everything is loaded: modules, schemas and statements are never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _LOOKS_BEFORE_OLDER, _LOOKS_BEFORE_OLDER)
