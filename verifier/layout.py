"""Know which files an evidence file consists of, and which of them the seal must cover."""

import re
from dataclasses import dataclass

from verifier.findings import Refusal, demand

ROLES = ("author", "coauthor", "witness", "approver", "seal")
CONTENT = ("record.json", "record.html", "ro-crate-metadata.json")
TRUST = tuple(f"META-INF/trust/{name}" for name in ("root.pem", "tsa.pem", "crls.pem", "log.vkey"))
GUIDES = ("META-INF/VERIFY.fr.txt", "META-INF/VERIFY.en.txt", "META-INF/verify.sh")
OBJECTS = "META-INF/statements/objects.json"
MAX_ATTACHMENTS = 900
_ATTACHMENT = re.compile(r"attachments/(\d{4})\.[a-z0-9]{1,10}")
_STATEMENT = re.compile(rf"META-INF/statements/(\d{{3}})-({'|'.join(ROLES)})\.json")
_MANIFEST = re.compile(r"META-INF/ASiCManifest(\d{3})\.xml")
_STAMP = re.compile(r"META-INF/proof/checkpoint-(before|seal)\.tsa([1-9])\.tst")
_MEDIA = {
    "json": "application/json",
    "html": "text/html",
    "xml": "text/xml",
    "p7s": "application/pkcs7-signature",
    "pem": "application/x-pem-file",
    "txt": "text/plain",
    "sh": "application/x-sh",
    "tst": "application/vnd.etsi.timestamp-token",
}


def manifest_media_type(path: str) -> str:
    """Return the MimeType a manifest gives a path (docs/evidence-format.md §6)."""
    if path.startswith("attachments/"):
        return "application/octet-stream"
    return _MEDIA.get(path.rsplit(".", 1)[-1], "application/octet-stream")


@dataclass(frozen=True)
class Layout:
    """The files found, by what they are; ``roles[n-1]`` is the role signature n claims in its file name."""

    roles: tuple[str, ...]
    attachments: tuple[str, ...]
    has_objects: bool
    stamps_before: tuple[str, ...]
    stamps_seal: tuple[str, ...]

    @property
    def seal(self) -> int:
        """Return the number of the last signature."""
        return len(self.roles)

    @property
    def content(self) -> tuple[str, ...]:
        """Return the content files in path order."""
        return tuple(sorted((*CONTENT, *self.attachments)))

    def statement(self, number: int) -> str:
        """Return the path of a statement."""
        return f"META-INF/statements/{number:03d}-{self.roles[number - 1]}.json"

    def person_manifest(self, number: int) -> set[str]:
        """Return what the manifest of a person lists."""
        return {self.statement(number), *self.content, *([OBJECTS] if self.has_objects else [])}

    def uncovered(self) -> set[str]:
        """Return what no manifest lists: it comes after the seal and proves itself."""
        seal = f"{self.seal:03d}"
        after = {"mimetype", manifest_path(self.seal), signature_path(self.seal), token_path(self.seal)}
        after |= {f"META-INF/proof/leaf{seal}.{end}" for end in ("json", "salt", "tlog-proof")}
        after |= {"META-INF/proof/checkpoint-seal.txt", *self.stamps_seal}
        after |= {f"META-INF/proof/consistency{number:03d}.txt" for number in range(1, self.seal)}
        return after | {"META-INF/proof/consistency-before.txt"}

    def expected(self) -> set[str]:
        """Return every file there must be, and nothing else may be."""
        names = {*self.content, *TRUST, *GUIDES, *self.uncovered(), *self.stamps_before}
        names |= {OBJECTS} if self.has_objects else set()
        names.add("META-INF/proof/checkpoint-before.txt")
        for number in range(1, self.seal + 1):
            names |= {self.statement(number), manifest_path(number), signature_path(number), token_path(number)}
            names |= {f"META-INF/proof/leaf{number:03d}.{end}" for end in ("json", "salt", "tlog-proof")}
            names |= {ceremony_path(number)} if number < self.seal else set()
        return names


def manifest_path(number: int) -> str:
    """Return the path of manifest NNN."""
    return f"META-INF/ASiCManifest{number:03d}.xml"


def signature_path(number: int) -> str:
    """Return the path of signature NNN."""
    return f"META-INF/signature{number:03d}.p7s"


def token_path(number: int) -> str:
    """Return the path of the token over signature NNN."""
    return f"META-INF/proof/signature{number:03d}.p7s.tst"


def ceremony_path(number: int) -> str:
    """Return the path of the ceremony of signature NNN."""
    return f"META-INF/proof/ceremony{number:03d}.json"


def read_layout(names: set[str]) -> Layout:
    """Recognise the files by their names; refuse a missing or an unknown one."""
    numbered = sorted((found[1], found[2]) for name in names if (found := _STATEMENT.fullmatch(name)))
    in_row = [number for number, _ in numbered] == [f"{one:03d}" for one in range(1, len(numbered) + 1)]
    demand(in_row and 2 <= len(numbered) <= 99, "signatures_numbering", "META-INF/statements/")
    attachments = sorted(name for name in names if _ATTACHMENT.fullmatch(name))
    row = [f"attachments/{number:04d}" for number in range(1, len(attachments) + 1)]
    fine = [name.rsplit(".", 1)[0] for name in attachments] == row and len(row) <= MAX_ATTACHMENTS
    demand(fine, "attachments_numbering", "attachments/")
    layout = Layout(
        roles=tuple(role for _, role in numbered),
        attachments=tuple(attachments),
        has_objects=OBJECTS in names,
        stamps_before=_stamps(names, "before"),
        stamps_seal=_stamps(names, "seal"),
    )
    _check_names(names, layout.expected())
    return layout


def _stamps(names: set[str], kind: str) -> tuple[str, ...]:
    found = [one for name in names if (one := _STAMP.fullmatch(name)) and one[1] == kind]
    paths = tuple(sorted(one[0] for one in found))
    in_row = [int(path[-5]) for path in paths] == list(range(1, len(paths) + 1))
    demand(paths and in_row, "checkpoint_unstamped", f"META-INF/proof/checkpoint-{kind}.txt")
    return paths


def _check_names(names: set[str], expected: set[str]) -> None:
    for name in sorted(names - expected):
        extra_signature = name.endswith(".p7s") or bool(_MANIFEST.fullmatch(name))
        raise Refusal("signature_extra" if extra_signature else "file_unknown", name)
    for name in sorted(expected - names):
        lost_signature = name.endswith(".p7s") or bool(_MANIFEST.fullmatch(name))
        raise Refusal("signature_missing" if lost_signature else "file_missing", name)
