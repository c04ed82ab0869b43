"""Check one signature file: CAdES-LT over a manifest, by a certificate made for it (§7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from verifier import certificates, cms, der, revocation, timestamp
from verifier.findings import demand
from verifier.statement import Statement
from verifier.timestamp import Clock, Stamp

DATA = "1.2.840.113549.1.7.1"
SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SIGNED = {cms.CONTENT_TYPE, cms.MESSAGE_DIGEST, cms.SIGNING_TIME, cms.ESS_V2}
SIGNING_TIME_TOLERANCE = timedelta(seconds=300)


@dataclass(frozen=True)
class Signature:
    """A signature that holds: by which certificate, when, and what was noticed."""

    place: str
    stamp: Stamp
    certificate: x509.Certificate
    revoked_later: datetime | None


def read_signature(content: bytes, place: str) -> cms.SignedData:
    """Read a ``.p7s`` file and demand the exact structure of §7."""
    data = cms.read_signed_data(content, place)
    demand(data.content is None, "cms_attached_content", place)
    fine = (data.version, data.content_type, data.info.version) == (1, DATA, 1)
    demand(fine, "cms_structure", place, "version or content type")
    algorithms = [*data.digests, data.info.digest]
    right = [one.oid == SHA256 and one.bare for one in algorithms] == [True, True]
    right = right and data.info.algorithm.oid == ECDSA_SHA256 and data.info.algorithm.bare
    demand(right, "weak_algorithm", place, "not ECDSA with SHA-256")
    demand(cms.ESS_V2 in data.info.attributes.values, "ess_missing", place)
    demand(set(data.info.attributes.values) == SIGNED, "cms_attribute", place, "signed attributes")
    demand(set(data.info.unsigned.values) == {SIGNATURE_TIME_STAMP}, "token_missing", place, "unsigned attributes")
    demand(len(data.certificates) == 2, "cms_structure", place, "certificates")
    for nodes in (data.certificates, data.crls, data.info.attributes.nodes):
        der.sorted_set(list(nodes), place)
    return data


def check_signature(
    data: cms.SignedData, manifest: bytes, statement: Statement, clock: Clock, *, seal: bool
) -> Signature:
    """Demand that the person of the statement signed the manifest, in time, with a certificate for just that."""
    place = data.place
    certificate = data.signer()
    raw = next(one.raw for one in data.certificates if cms.load_certificate(one.raw, place) == certificate)
    cms.check_certificate_reference(data, certificate, raw)
    cms.check_signature(data, certificate, manifest)
    token = data.info.unsigned.one(SIGNATURE_TIME_STAMP, place).raw
    stamp = timestamp.read_stamp(token, data.info.signature, clock, place)
    _check_profile(certificate, statement, place, seal=seal)
    later = _check_chain(data, certificate, stamp, clock, seal=seal)
    _check_signing_time(data, certificate, stamp)
    return Signature(place, stamp, certificate, later)


def _check_signing_time(data: cms.SignedData, certificate: x509.Certificate, stamp: Stamp) -> None:
    """Demand a claimed signing time near the proven one: EU DSS lets it lie hours away."""
    place = data.place
    signing_time = der.moment(data.info.attributes.one(cms.SIGNING_TIME, place).tagged(der.UTC_TIME))
    near = abs(signing_time - stamp.at) <= SIGNING_TIME_TOLERANCE
    demand(near, "signing_time", place, f"{signing_time:%F %T}, stamped {stamp.at:%F %T}")
    within = certificate.not_valid_before_utc <= signing_time <= certificate.not_valid_after_utc
    demand(within, "signing_time", place, "outside the certificate's validity")


def _check_profile(certificate: x509.Certificate, statement: Statement, place: str, *, seal: bool) -> None:
    certificates.check_signer(certificate, statement.name, place)
    if seal:
        certificates.check_seal(certificate, place)
    else:
        certificates.check_one_time(certificate, person=statement.person, statement=statement.digest, place=place)


def _check_chain(
    data: cms.SignedData, certificate: x509.Certificate, stamp: Stamp, clock: Clock, *, seal: bool
) -> datetime | None:
    """Return when the signer's certificate was revoked after the act, or none."""
    place, at = data.place, stamp.at
    between = [cms.load_certificate(one.raw, place) for one in data.certificates]
    path = certificates.chain(certificate, between, clock.trust.roots, place)
    demand(len(path) == 3, "chain_untrusted", place, "not signer, issuing CA, root")
    certificates.check_path_length(path, place)
    for one in path:
        certificates.check_common(one, at, place)
    own = revocation.load_lists((node.raw for node in data.crls), place)
    _check_embedded(own, path, stamp, place, seal=seal)
    leaf, issuing, root = path
    revocation.check_not_revoked(issuing, root, clock.lists, at=at, needed=True, place=place)
    return revocation.check_not_revoked(leaf, issuing, clock.lists, at=at, needed=seal, place=place)


def _check_embedded(
    lists: tuple[x509.CertificateRevocationList, ...],
    path: list[x509.Certificate],
    stamp: Stamp,
    place: str,
    *,
    seal: bool,
) -> None:
    """Demand that the signature carries the lists another validator needs without a network (CAdES-LT)."""
    signer, issuing, root = path
    of_root = [one for one in lists if revocation.is_signed(one, root)]
    of_issuing = [one for one in lists if revocation.is_signed(one, issuing)]
    of_authority = [one for one in lists if revocation.is_signed(one, stamp.issuer)]
    demand(of_root, "crl_missing", place, "root's list not embedded")
    demand(of_authority, "crl_missing", place, "time-stamp authority's list not embedded")
    known = [*of_root, *of_issuing, *of_authority]
    demand(all(one in known for one in lists), "crl_malformed", place, "a list of somebody else")
    fresh = any(one.last_update_utc >= signer.not_valid_before_utc for one in of_issuing)
    demand(fresh or not seal, "crl_missing", place, "issuing CA's list not embedded, or older than the seal")
