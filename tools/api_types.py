"""
Write the web app's types from the gateway's own OpenAPI description.

The file is written anew before every check and kept out of git: it cannot be out of date, and a change of the API that
the app does not follow fails the app's type check.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from fastapi import APIRouter, FastAPI

from gateway.app import API, PARTS
from onebox.webapp import WEB, node

TYPES = WEB / "src" / "api" / "schema.d.ts"
GENERATOR = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


def document() -> dict[str, object]:
    """Return the OpenAPI document without starting a gateway."""
    app = FastAPI(title="Paillasse", version="1", separate_input_output_schemas=False)
    for part in PARTS:
        router: APIRouter = part.router
        app.include_router(router, prefix=API)
    return app.openapi()


def main() -> int:
    """Write the types; exit with the generator's code."""
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(document()), encoding="utf-8")
        fresh = Path(folder) / "schema.d.ts"
        command = (node(), str(GENERATOR), str(described), "--output", str(fresh), "--root-types")
        code = subprocess.run(command, cwd=WEB, check=False, stdout=subprocess.DEVNULL, timeout=120).returncode
        # Written only when it differs: what is built from it is then still fresh.
        if code == 0 and (not TYPES.exists() or TYPES.read_bytes() != fresh.read_bytes()):
            TYPES.write_bytes(fresh.read_bytes())
    return code


if __name__ == "__main__":
    sys.exit(main())
