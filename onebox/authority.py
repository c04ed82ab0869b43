"""Be a time-stamp authority for demonstration: RFC 3161 over HTTP, and plainly not evidence."""

import datetime as dt
import hashlib
import os
import secrets
import signal
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

# docs/evidence-format.md §1: "demonstration, not evidence".
POLICY = "2.25.14431180924995401934383345354000645517.4.1"
_MOST_QUERY_BYTES = 4096
_SERIAL_BITS = 120
_HASHES = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True)
class Authority:
    """Sign the time; the certificate's name says that it is a demonstration."""

    key: EllipticCurvePrivateKey
    certificate: x509.Certificate

    def answer(self, query: bytes, *, now: dt.datetime) -> bytes:
        """Return a TimeStampResp, a rejection for what is not a proper query (RFC 3161 §2.4.2)."""
        try:
            request = tsp.TimeStampReq.load(query, strict=True)
            imprint = request["message_imprint"]
            size = _HASHES.get(imprint["hash_algorithm"]["algorithm"].native)
            if size is None or len(imprint["hashed_message"].native) != size:
                return _rejection("bad_alg")
            if request["req_policy"].native not in {None, POLICY}:
                return _rejection("unaccepted_policy")
            return self._granted(request, now=now)
        except (ValueError, TypeError, KeyError):
            return _rejection("bad_data_format")

    def _granted(self, request: Any, *, now: dt.datetime) -> bytes:
        fields: dict[str, Any] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(_SERIAL_BITS),
            "gen_time": now.replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "ordering": False,
        }
        if request["nonce"].native is not None:
            fields["nonce"] = request["nonce"]
        token = self._token(tsp.TSTInfo(fields).dump(), now=now)
        reply: bytes = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        return reply

    def _token(self, info: bytes, *, now: dt.datetime) -> Any:
        encoded = self.certificate.public_bytes(Encoding.DER)
        certificate = asn1_x509.Certificate.load(encoded)
        ours = tsp.ESSCertIDv2(
            {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(encoded).digest()}
        )
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_time", cms.Time({"utc_time": core.UTCTime(now.replace(microsecond=0))})),
                _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [ours]})),
                _attribute("message_digest", hashlib.sha256(info).digest()),
            ]
        )
        serial = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        signer = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": serial},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": self.key.sign(attributes.dump(), ECDSA(SHA256())),
        }
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [certificate],
                "signer_infos": [signer],
            }
        )
        return cms.ContentInfo({"content_type": "signed_data", "content": signed})


def _attribute(kind: str, value: object) -> Any:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _rejection(failure: str) -> bytes:
    reply: bytes = tsp.TimeStampResp({"status": {"status": "rejection", "fail_info": {failure}}}).dump()
    return reply


class _Handler(BaseHTTPRequestHandler):
    """Answer ``POST /`` with a token and ``GET /livez`` with ok."""

    authority: Authority
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        """Say that we live."""
        alive = self.path in {"/livez", "/readyz"}
        self._reply(200 if alive else 404, b"ok\n" if alive else b"", "text/plain")

    def do_POST(self) -> None:
        """Stamp."""
        size = int(self.headers.get("Content-Length", "0") or "0")
        if not 0 < size <= _MOST_QUERY_BYTES:
            self.close_connection = True
            self._reply(413, b"", "text/plain")
            return
        reply = self.authority.answer(self.rfile.read(size), now=dt.datetime.now(dt.UTC))
        self._reply(200, reply, "application/timestamp-reply")

    def _reply(self, status: int, content: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent: the caller logs what it asked."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def open_server(authority: Authority, *, port: int) -> ThreadingHTTPServer:
    """Return a server bound to loopback, not yet answering; port 0 lets the system choose."""
    handler = type("Handler", (_Handler,), {"authority": authority})
    return _Server(("127.0.0.1", port), handler)


def load_authority(*, trust: Path, secrets_folder: Path) -> Authority:
    """Read key and certificate as onebox made them."""
    passphrase = (secrets_folder / "key_passphrase").read_bytes().strip()
    key = load_pem_private_key((secrets_folder / "tsu_key").read_bytes(), passphrase)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError("the time-stamp key is not on an elliptic curve")
    return Authority(key=key, certificate=x509.load_pem_x509_certificate((trust / "tsu.pem").read_bytes()))


def main() -> int:
    """Serve until told to stop."""
    authority = load_authority(
        trust=Path(os.environ["PAILLASSE_TRUST_DIR"]), secrets_folder=Path(os.environ["PAILLASSE_SECRETS_DIR"])
    )
    server = open_server(authority, port=int(os.environ["PAILLASSE_AUTHORITY_PORT"]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
