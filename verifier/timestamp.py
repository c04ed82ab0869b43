"""Check RFC 3161 tokens: what they stamp, who stamped, and when (§9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

from cryptography import x509
from cryptography.x509.oid import NameOID

from verifier import certificates, cms, der, revocation
from verifier.der import Node
from verifier.findings import demand
from verifier.trust import DEMONSTRATION, Trust

TST_INFO = "1.2.840.113549.1.9.16.1.4"
SHA256 = "2.16.840.1.101.3.4.2.1"
CLOCK_SKEW = timedelta(seconds=30)


@dataclass(frozen=True)
class Stamp:
    """A token that holds: when, by whom, under which policy."""

    place: str
    at: datetime
    authority: str
    unit: str
    policy: str
    issuer: x509.Certificate

    @property
    def demonstration(self) -> bool:
        """Tell whether the authority itself says that it is not evidence."""
        return self.policy == DEMONSTRATION


@dataclass(frozen=True)
class Clock:
    """What judging a token needs beside the token: anchors, revocation lists, and the reader's time."""

    trust: Trust
    lists: revocation.Lists
    now: datetime


@dataclass(frozen=True)
class _Info:
    policy: str
    algorithm: str
    imprint: bytes
    at: datetime


def read_stamp(token: bytes, stamped: bytes, clock: Clock, place: str) -> Stamp:
    """Demand that ``token`` dates exactly ``stamped``."""
    data = cms.read_signed_data(token, place)
    demand(data.content_type == TST_INFO and data.content is not None, "token_malformed", place, "no TSTInfo")
    listed = [one.oid for one in data.digests]
    fine = (data.version, data.info.version, listed) == (3, 1, [data.info.digest.oid])
    demand(fine, "token_malformed", place, "versions or digest algorithms")
    info = _read_info(data.content or b"", place)
    demand(info.algorithm == SHA256, "weak_algorithm", place, "imprint is not SHA-256")
    demand(info.imprint == sha256(stamped).digest(), "token_imprint", place, "stamps something else")
    unit = data.signer()
    raw = next(node.raw for node in data.certificates if cms.load_certificate(node.raw, place) == unit)
    cms.check_certificate_reference(data, unit, raw)
    cms.check_signature(data, unit, data.content or b"")
    demand(info.policy in clock.trust.policies, "token_policy", place, info.policy)
    demand(info.at <= clock.now + CLOCK_SKEW, "token_in_future", place, f"{info.at:%F %T}")
    path = _check_chain(data, unit, info.at, clock)
    return Stamp(place, info.at, _name(unit), cms.fingerprint(raw), info.policy, path[1])


def _read_info(content: bytes, place: str) -> _Info:
    fields = der.parse(content, place).inside(der.SEQUENCE)
    demand(len(fields) >= 5 and der.integer(fields[0]) == 1, "token_malformed", place, "TSTInfo")
    imprint = fields[2].inside(der.SEQUENCE)
    demand(len(imprint) == 2, "token_malformed", place, "imprint")
    algorithm = imprint[0].inside(der.SEQUENCE)
    demand(algorithm, "token_malformed", place, "imprint")
    _check_optional(fields[5:], place)
    return _Info(
        policy=der.dotted(fields[1]),
        algorithm=der.dotted(algorithm[0]),
        imprint=imprint[1].tagged(der.OCTETS).content,
        at=der.moment(fields[4].tagged(der.GENERALIZED_TIME)),
    )


def _check_optional(fields: list[Node], place: str) -> None:
    """Allow accuracy, ordering, nonce, tsa, extensions, in this order and none of the latter critical."""
    order = {der.SEQUENCE: 0, 0x01: 1, der.INTEGER: 2, 0xA0: 3, 0xA1: 4}
    ranks = [order.get(node.tag, -1) for node in fields]
    demand(-1 not in ranks and ranks == sorted(set(ranks)), "token_malformed", place, "TSTInfo")
    for node in fields:
        for extension in node.children() if node.tag == 0xA1 else []:
            critical = any(part.tag == 0x01 and part.content != b"\x00" for part in extension.inside(der.SEQUENCE))
            demand(not critical, "token_malformed", place, "unknown critical extension")


def _check_chain(data: cms.SignedData, unit: x509.Certificate, at: datetime, clock: Clock) -> list[x509.Certificate]:
    """Return the unit's chain up to the reader's anchor."""
    place = data.place
    between = [cms.load_certificate(node.raw, place) for node in data.certificates]
    path = certificates.chain(unit, between, clock.trust.authorities, place)
    certificates.check_stamping_unit(unit, place)
    certificates.check_path_length(path, place)
    own = revocation.load_lists((node.raw for node in data.crls), place)
    lists = revocation.Lists((*clock.lists.embedded, *own), clock.lists.own)
    for certificate in path:
        certificates.check_common(certificate, at, place, rsa_allowed=True)
    for certificate, issuer in pairwise(path):
        revocation.check_not_revoked(certificate, issuer, lists, at=at, needed=True, place=place)
    return path


def _name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def check_order(stamps: list[Stamp]) -> None:
    """Demand that times do not run backwards: not at all within one unit, by 30 s between two clocks."""
    for earlier, later in pairwise(stamps):
        tolerance = timedelta() if earlier.unit == later.unit else CLOCK_SKEW
        fine = earlier.at <= later.at + tolerance
        demand(fine, "time_order", later.place, f"{later.at:%F %T} before {earlier.at:%F %T}")
