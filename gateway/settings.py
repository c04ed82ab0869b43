"""Configure the gateway from the environment and its own folder of secrets."""

from pathlib import Path

from pydantic import Field, SecretStr

from chassis.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """What the gateway needs beyond what every process does."""

    # Loopback unless an operator says otherwise: a demo must never be reachable from outside (decisions.md 7).
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=1, le=65535)
    # Origins of the store's door, and of S3 where there is one: pages send parts of uploads there. Empty: none may.
    files_origin: str = ""
    # Guards POST /setup while there is no institution.
    setup_token: SecretStr
    # Encrypts the secrets of authenticator apps: 64 hexadecimal digits.
    authenticator_key: SecretStr
    # Sessions end after a working day; step-up is asked for at every signature anyway.
    session_hours: int = 12
    # Above this a JSON body is refused before it is read: the largest document is 8 MB, plus room for its envelope.
    body_limit_bytes: int = 12 * 1024 * 1024
    # An evidence file sent to be verified: pages with films exist, and are verified at home with the script.
    evidence_limit_bytes: int = 256 * 1000 * 1000
    # Two minutes for the limit above at 20 Mbit/s; a trickle ends here.
    evidence_upload_seconds: float = 120.0
    # The institution's trust anchors (root.pem, tsa.pem, crls.pem, log.vkey); without them no file is proven here.
    trust_dir: Path | None = None
    # The folder the web app was built into; without it the front door only says what this server is.
    web_dir: Path | None = None
    # The whole answer must come within this; each hop takes 20 ms less (bus.md).
    call_timeout_seconds: float = 5.0
    # Calls in flight a gateway process allows before it sheds (bus.md §1c: the bulkhead gives x7 goodput).
    calls_in_flight: int = 128
    # Draft syncs a second for one person and page; an editor needs four, a script none of ours.
    syncs_a_second: float = 30.0
    # An open page's session and rights are looked at again this often.
    recheck_seconds: float = 30.0
