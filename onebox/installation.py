"""Own the data folder of one installation: what it is, its ports, where everything lies in it."""

import json
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, Self

from onebox.servers.ports import LOOPBACK, free_ports

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / ".paillasse"
PREFERRED_HTTP_PORT = 8080
# Processes with a side port for /livez, /readyz and /metrics.
WATCHED = ("entries", "signing", "storage", "search", "notify", "gateway", "door", "relay")
PORTS = (
    "http", "transfer", "s3", "opensearch", "authority", "postgresql", "amqp", "distribution", "epmd",
    *(f"health_{name}" for name in WATCHED),
)  # fmt: skip


# Where bytes are kept: it cannot change once the first file is there.
StoreKind = Literal["directory", "s3"]
# Where pages are indexed: it may change at any start, the index is filled anew beside.
SearchKind = Literal["postgresql", "opensearch"]


class WrongFolder(RuntimeError):
    """The data folder is not what the command is for."""


@dataclass(frozen=True, slots=True)
class Character:
    """What an installation is, decided once; ``origin`` names its log for ever (c2sp.org/signed-note)."""

    kind: Literal["demo", "real"]
    institution: str
    origin: str
    time_zone: str = "Europe/Paris"
    store: StoreKind = "directory"
    search: SearchKind = "postgresql"

    @property
    def demo(self) -> bool:
        """Whether nothing in it is evidence."""
        return self.kind == "demo"

    @classmethod
    def of_demo(cls, *, store: StoreKind = "directory", search: SearchKind = "postgresql") -> Self:
        """Make the character of a demonstration."""
        origin = f"demonstration.paillasse.invalid/{secrets.token_hex(4)}"
        return cls("demo", "Institut de démonstration", origin, store=store, search=search)

    @classmethod
    def of_institution(cls, name: str, *, store: StoreKind = "directory", search: SearchKind = "postgresql") -> Self:
        """Make the character of a real installation."""
        return cls("real", name, f"log.paillasse.invalid/{secrets.token_hex(8)}", store=store, search=search)


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder that has its character and ports."""

    folder: Path
    character: Character
    ports: dict[str, int]

    @property
    def public_url(self) -> str:
        """Where people reach it: a name, because WebAuthn refuses addresses (decisions.md 35)."""
        return f"http://localhost:{self.ports['http']}"

    @property
    def maildir(self) -> Path:
        """The folder mails fall into."""
        return self.folder / "mail"

    @property
    def trust(self) -> Path:
        """Certificates, revocation lists and the log's key: what a reader of evidence needs."""
        return self.folder / "trust"

    @property
    def secrets(self) -> Path:
        """The folders of secrets."""
        return self.folder / "secrets"


def known(folder: Path) -> Character | None:
    """Return what the folder is, or none when it is new."""
    path = folder / "installation.json"
    return Character(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def settle(folder: Path, character: Character) -> Installation:
    """
    Give a new folder its character and ports; find them again in a known one.

    A port that somebody else took meanwhile is replaced, but the public one of a real installation: people know it.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL's account must be able to pass; the secrets inside are 0700 each.
    folder.chmod(0o711)
    if (found := known(folder)) is None:
        _write(folder / "installation.json", asdict(character))
        found = character
    elif found.search != character.search:
        found = replace(found, search=character.search)
        _write(folder / "installation.json", asdict(found))
    # A second demonstration beside the usual one, or a test, keeps off the address people know.
    preferred = not found.demo or folder == DEFAULT_FOLDER
    return Installation(folder, found, _ports(folder / "ports.json", preferred=preferred))


def _ports(path: Path, *, preferred: bool) -> dict[str, int]:
    ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    if preferred and "http" not in ports and is_free(PREFERRED_HTTP_PORT):
        ports["http"] = PREFERRED_HTTP_PORT
    wanted = [name for name in PORTS if name not in ports]
    chosen = {**ports, **dict(zip(wanted, free_ports(len(wanted)), strict=True))}
    if chosen != ports or not path.exists():
        _write(path, chosen)
    return chosen


def replace_taken_ports(installation: Installation) -> Installation:
    """Choose anew the inner ports somebody else took since; call only while nothing of ours runs."""
    taken = [name for name, port in installation.ports.items() if not is_free(port)]
    if "http" in taken and not installation.character.demo:
        raise WrongFolder(f"port {installation.ports['http']} is taken by another program")
    ports = {**installation.ports, **dict(zip(taken, free_ports(len(taken)), strict=True))}
    if taken:
        _write(installation.folder / "ports.json", ports)
    return Installation(installation.folder, installation.character, ports)


def is_free(port: int) -> bool:
    """Return whether nobody listens on a loopback port."""
    with suppress(OSError), socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((LOOPBACK, port))
        return True
    return False


def _write(path: Path, content: object) -> None:
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(path)
