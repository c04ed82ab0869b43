"""Compare rows and store for an operator: ``python -m services.storage.transfer.compare``, JSON on standard output."""

import contextlib
import json
import sys
from dataclasses import asdict
from itertools import islice

from services.storage.wiring import assemble_comparison

# Nobody reads more; the number says that there are more.
_SHOWN = 100


def main() -> int:
    """Print ``{"clean": bool, "differences": [{kind, what}, …]}``; 1 when they differ."""
    house = assemble_comparison()
    with contextlib.closing(house):
        differences = list(islice(house.compare(), _SHOWN))
    print(json.dumps({"clean": not differences, "differences": [asdict(each) for each in differences]}))  # noqa: T201
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
