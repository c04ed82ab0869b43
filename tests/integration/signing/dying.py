"""Sign in a process that kills itself at a named moment: ``python dying.py PLAN`` (a JSON file)."""

import json
import os
import signal
import sys
from pathlib import Path

from tests.builders.signing import AUTHOR, Institution, entry_id, session_of, sign
from tests.integration.signing.conftest import make_world


def main(plan: dict) -> None:
    """Do the act; die without a word when the moment comes."""

    def reached(moment: str) -> None:
        if moment == plan["moment"]:
            os.kill(os.getpid(), signal.SIGKILL)

    world = make_world(
        plan["database"],
        institution=Institution(Path(plan["trust"]), Path(plan["keys"])),
        authority_url=plan["authority"],
        folder=Path(plan["folder"]),
    )
    acts = world.acts(reached=reached)
    circuit = acts.get_circuit(entry_id(plan["number"]), actor=session_of(AUTHOR))
    if plan["act"] == "sign":
        sign(acts, circuit.due[0].person, circuit.due[0].id, clock=world.clock)
    else:
        acts.seal(circuit.id)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
