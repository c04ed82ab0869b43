"""Check the web app: the API's types, svelte-check, eslint; once per state of its sources."""

import subprocess
import sys

from onebox import webapp
from onebox.system import PROJECT
from tools import api_types

PASSED = PROJECT / ".paillasse" / "web-checked"
SECONDS = 300


def main() -> int:
    """Run the checks that have not passed on these very sources; exit 1 when one refuses."""
    webapp.install()
    if api_types.main() != 0:
        return 1
    state = webapp.digest()
    if PASSED.exists() and PASSED.read_text() == state:
        return 0
    checks = (
        ("svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "human"),
        ("eslint/bin/eslint.js", "."),
    )
    try:
        codes = [webapp.run(*command, timeout_seconds=SECONDS) for command in checks]
    except subprocess.TimeoutExpired as error:
        print(f"web: {error}")
        return 1
    if any(codes):
        return 1
    PASSED.write_text(state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
