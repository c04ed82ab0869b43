"""
The stopwatch: each benchmark measures ours, its bare twin and the limit in one run, interleaved.

Owns: ``paillasse bench NAME``; prints ratios beside their floors, and CPU milliseconds an operation over all processes.
Promises: ends within 240 seconds, set-up included; exit 1 when a ratio is under its floor; never part of the tests.
Never: gives an absolute time as a verdict: machines differ, ratios do not.
"""
