"""Write ``onebox/demo/sample.eln``: every case an importer meets, in one small invented archive (CC0)."""

import base64
import hashlib
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools import sample_texts as texts

TARGET: Final = Path(__file__).parents[1] / "onebox" / "demo" / "sample.eln"
ROOT: Final = "paillasse-demonstration/"
LONG_AGO: Final = (2026, 1, 15, 9, 0, 0)
# A key for everybody to see: it signs nothing but this sample.
DEMO_SEED: Final = hashlib.sha256(b"paillasse demonstration archive, not a secret").digest()
KEY_NUMBER: Final = b"PAILDEMO"


def picture(width: int, height: int, *, bands: int) -> bytes:
    """Return a grey PNG that looks like a gel: dark bands on a light ground (W3C PNG, third edition)."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        lane = [(x * bands) // width for x in range(width)]
        rows += bytes(
            60 + 40 * (lane[x] % 3)
            if abs(y - height * (2 + lane[x] % 3) // 6) < 4 and x % (width // bands) > 6
            else 225
            for x in range(width)
        )
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(rows), 9)),
    ]
    body = b"".join(_chunk(kind, data) for kind, data in [*chunks, (b"IEND", b"")])
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


GEL: Final = picture(240, 120, bands=4)
DOT: Final = picture(32, 32, bands=2)
RATES: Final = b"temperature_c,rate_umol_min\n4,0.8\n20,3.1\n37,9.6\n55,6.2\n70,0.1\n"
TRACE: Final = b"time_ms;current_pA\n" + b"".join(b"%d;%d\n" % (t, (t * 37) % 91 - 45) for t in range(400))
NOTES: Final = "Relevé brut du pH-mètre, démonstration : 6,91 6,90 6,92\n".encode()
STRAY: Final = b"Fichier que personne ne nomme dans le graphe.\n"

# zip name (under the root) → bytes; the names are as odd as those of real producers.
FILES: Final[dict[str, bytes]] = {
    "Western blot 1//gel ACTN4.png": GEL,
    "./cinetique/taux.csv": RATES,
    "projet/tranche/cellule 3/trace 12:30.csv": TRACE,
    "milieux/pH.txt": NOTES,
    "ancien/titrage.xml": texts.OLD_FORMAT.encode(),
    "confocal/billes.tif": b"II*\x00" + bytes(64),
    "divers/oublié.txt": STRAY,
}


def file_entity(identifier: str, content: bytes, **more: Any) -> dict[str, Any]:
    """Return a file of the graph with its true sum, unless ``more`` says otherwise."""
    name = identifier.rsplit("/", 1)[-1]
    true = {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "contentSize": str(len(content))}
    entity = {"@id": identifier, "@type": "File", **true, **more}
    return {key: value for key, value in entity.items() if value is not None}


def graph() -> list[dict[str, Any]]:
    """Return the whole graph."""
    root = {
        "@id": "./",
        "@type": ["Dataset"],
        "name": "Démonstration Paillasse",
        "description": "Archive de démonstration, entièrement inventée (CC0). Demonstration archive, all invented.",
        "license": {"@id": "https://creativecommons.org/publicdomain/zero/1.0/"},
        "datePublished": "2026-01-15T09:00:00+01:00",
        "hasPart": [
            {"@id": "./Western blot 1/"}, {"@id": "./cinetique"}, {"@id": "./projet/"}, {"@id": "./milieux/"},
            {"@id": "./confocal/"}, {"@id": "./ancien/"}, {"@id": "./sans-texte/"}, {"@id": "./reactifs/"},
            {"@id": "./milieux/pH.txt"}, {"@id": "./nulle-part/"},
        ],
    }  # fmt: skip
    descriptor = {
        "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"}, "sdPublisher": {"@id": "#paillasse"},
    }  # fmt: skip
    return [descriptor, root, *people(), *experiments(), *project(), *others()]


def people() -> list[dict[str, Any]]:
    """Return authors in the ways they were seen: by mail, by name only, by address, by hash."""
    return [
        {"@id": "person://5f1a?hash_algo=sha256", "@type": "Person", "givenName": "Inès", "familyName": "Delorme",
         "email": "ines.delorme@exemple.invalid"},
        {"@id": "#b-okafor", "@type": "Person", "name": "Bola Okafor"},
        {"@id": "https://orcid.org/0000-0002-1825-0097", "@type": "Person", "identifier": "0000-0002-1825-0097"},
        {"@id": "#paillasse", "@type": "Organization", "name": "Paillasse (démonstration)"},
    ]  # fmt: skip


def experiments() -> list[dict[str, Any]]:
    """Return the pages with texts."""
    md5 = hashlib.md5(RATES, usedforsecurity=False).hexdigest()
    return [
        {"@id": "./Western blot 1/", "@type": "Dataset", "name": "Extinction d'ACTN4 par ARN interférent",
         "text": texts.WESTERN, "encodingFormat": "text/html", "genre": "experiment",
         "author": {"@id": "person://5f1a?hash_algo=sha256"}, "dateCreated": "2026-01-12T08:30:00+01:00",
         "dateModified": "12:01:26:17:45:10", "keywords": "western blot,ACTN4,HeLa,s&#39;il &amp; co",
         "hasPart": [{"@id": "./Western%20blot%201/gel%20ACTN4.png"}],
         "comment": [{"@id": "#c1"}], "step": [{"@id": "#s2"}, {"@id": "#s1"}],
         "mentions": [{"@id": "./cinetique"}],
         "variableMeasured": [{"@id": "#pv-volt"}, {"propertyID": "Temps", "value": 90, "unitText": "min"}]},
        file_entity("./Western%20blot%201/gel%20ACTN4.png", GEL, encodingFormat="image/png", contentSize=len(GEL),
                    name="gel ACTN4.png"),
        {"@id": "#c1", "@type": "Comment", "text": "Bonne extinction ; refaire si-2 &gt; 48 h.",
         "author": {"@id": "#b-okafor"}, "dateCreated": "2026-01-13 10:02:00"},
        {"@id": "#c1", "@type": "Comment", "text": "Vu, accord pour la suite.", "author": "Chef d'équipe (démo)"},
        {"@id": "#s1", "@type": "HowToStep", "position": 1, "creativeWorkStatus": "finished",
         "itemListElement": {"@id": "#d1"}},
        {"@id": "#d1", "@type": "HowToDirection", "text": "Couler le gel à 10 %"},
        {"@id": "#s2", "@type": "HowToStep", "position": 2, "itemListElement": {"text": "Révéler la membrane"}},
        {"@id": "#pv-volt", "@type": "PropertyValue", "propertyID": "Tension", "value": "120", "unitText": "V",
         "description": "migration"},
        {"@id": "./cinetique", "@type": ["Dataset", "CreativeWork"], "name": "Amylase kinetics", "text": texts.KINETICS,
         "author": [{"@id": "#b-okafor"}, {"@type": "Person", "name": "Maud Tessier", "email": "maud@exemple.invalid"}],
         "dateCreated": "2026-01-14T11:00:00", "dateModified": "2026-01-14", "keywords": ["amylase", "enzyme kinetics"],
         "hasPart": {"@id": "./cinetique/taux.csv"}},
        file_entity("./cinetique/taux.csv", RATES, encodingFormat="text/csv", sha256=md5),
        {"@id": "./milieux/", "@type": "Dataset", "name": "Préparation des milieux", "author": "tech@exemple.invalid",
         "description": {"@id": "#texte-milieux"}, "dateCreated": "1768381200", "hasPart": [{"@id": "milieux/pH.txt"}]},
        {"@id": "#texte-milieux", "@type": "TextObject", "encodingFormat": "text/markdown", "text": texts.MARKDOWN},
        file_entity("./milieux/pH.txt", NOTES, sha256=None, encodingFormat="application/json"),
    ]  # fmt: skip


def project() -> list[dict[str, Any]]:
    """Return a project nested four deep, one child of which the root does not list."""
    return [
        {"@id": "./projet/", "@type": "Dataset", "name": "Électrophysiologie de couche 5",
         "description": texts.DESCRIPTION, "author": {"@id": "https://orcid.org/0000-0002-1825-0097"},
         "dateCreated": "Mon, 12 Jan 2026 08:00:00 +0100", "hasPart": [{"@id": "./projet/tranche/"}]},
        {"@id": "./projet/tranche/", "@type": "Dataset", "name": "Tranche du 12 janvier",
         "text": "Coupe de 300 µm, récupération une heure à 34 °C.\nSolution oxygénée.", "author": "Équipe (démo)",
         "hasPart": [{"@id": "./projet/tranche/cellule 3/"}]},
        {"@id": "./projet/tranche/cellule 3/", "@type": "Dataset", "name": "Cellule 3",
         "text": "<p>Potentiel de repos : &minus;68&nbsp;mV ; résistance d'accès 12&nbsp;MΩ.</p>",
         "hasPart": [{"@id": "./projet/tranche/cellule 3/trace 12:30.csv"},
                     {"@id": "./projet/tranche/cellule 3/note/"}]},
        file_entity("./projet/tranche/cellule 3/trace 12:30.csv", TRACE, encodingFormat="text/csv"),
        {"@id": "./projet/tranche/cellule 3/note/", "@type": "Dataset", "name": "Note de lecture",
         "text": "Seal resistance 3 GΩ; run-down after 20 min. Invented."},
    ]  # fmt: skip


def others() -> list[dict[str, Any]]:
    """Return the rest: hostile HTML, a page without text, a resource, a producer's own format, an orphan."""
    hostile = texts.HOSTILE.replace("{png}", base64.b64encode(DOT).decode())
    return [
        {"@id": "./confocal/", "@type": "Dataset", "name": "Carnet du microscope confocal", "text": hostile,
         "author": {"@type": "Person", "name": "a.user@exemple.invalid"},
         "hasPart": [{"@id": "./confocal/billes.tif"}]},
        file_entity("./confocal/billes.tif", FILES["confocal/billes.tif"], encodingFormat="text/markdown"),
        {"@id": "./ancien/", "@type": "Dataset", "name": "Titrage acide-base (ancien format)",
         "hasPart": [{"@id": "./ancien/titrage.xml"}]},
        file_entity("./ancien/titrage.xml", FILES["ancien/titrage.xml"], encodingFormat="application/xml"),
        {"@id": "./sans-texte/", "@type": "Dataset", "name": "Échantillon LX-204", "dateCreated": "hier",
         "variableMeasured": [{"@type": "PropertyValue", "propertyID": "masse", "value": 12.4, "unitText": "mg"},
                              {"@type": "PropertyValue", "propertyID": "solvant", "value": "DMSO"}]},
        {"@id": "./reactifs/", "@type": "Dataset", "genre": "resource", "name": "Anticorps anti-ACTN4, lot 7",
         "description": "Lapin, polyclonal, conservé à -20 °C (inventé)."},
        {"@id": "./orphelin/", "@type": "Dataset", "name": "Page que la racine ne nomme pas",
         "text": "<p>Un test de répétabilité, oublié dans la liste des parties.</p>"},
        {"@id": "https://exemple.invalid/items/9", "@type": "Dataset", "name": "Seulement une adresse"},
    ]  # fmt: skip


def signature(message: bytes) -> tuple[bytes, bytes]:
    """Return a minisign signature (prehashed) and the public key file."""
    key = Ed25519PrivateKey.from_private_bytes(DEMO_SEED)
    signed = key.sign(hashlib.blake2b(message, digest_size=64).digest())
    comment = "demonstration, proves nothing"
    over = key.sign(signed + comment.encode())
    lines = [
        "untrusted comment: demonstration",
        _b64(b"ED" + KEY_NUMBER + signed),
        f"trusted comment: {comment}",
        _b64(over),
    ]
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "\n".join(
        [*lines, ""]
    ).encode(), f"untrusted comment: demonstration\n{_b64(b'Ed' + KEY_NUMBER + public)}\n".encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def write(target: Path) -> None:
    """Write the archive; the same source gives the same bytes."""
    document = {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": graph()}
    metadata = json.dumps(document, ensure_ascii=False, indent=1).encode()
    signed, public = signature(metadata)
    preview = "<!doctype html><title>Démonstration</title><p>Aperçu.</p>".encode()
    frame = {"ro-crate-metadata.json.minisig": signed, "ro-crate.pubkey": public, "ro-crate-preview.html": preview}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**FILES, "ro-crate-metadata.json": metadata, **frame}.items():
            info = zipfile.ZipInfo(f"{ROOT}{name}", LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            # A streamed entry, as web exports write them: sizes follow the bytes (APPNOTE §4.3.9).
            info.flag_bits |= 0x08
            archive.writestr(info, content)


def main() -> None:
    """Write the committed sample, or the file named."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    write(target)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
