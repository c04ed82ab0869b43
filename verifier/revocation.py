"""Find out from revocation lists whether a certificate was good at the time it was used (§8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from verifier.findings import Refusal, demand


@dataclass(frozen=True)
class Lists:
    """The revocation lists at hand: those inside the file, and those the reader brought."""

    embedded: tuple[x509.CertificateRevocationList, ...]
    own: tuple[x509.CertificateRevocationList, ...]

    def of(self, issuer: x509.Certificate) -> list[x509.CertificateRevocationList]:
        """Return every list this CA signed."""
        return [one for one in (*self.embedded, *self.own) if is_signed(one, issuer)]


def load_lists(raws: Iterable[bytes], place: str) -> tuple[x509.CertificateRevocationList, ...]:
    """Load full CRLs; refuse delta lists, partial lists and unknown critical extensions."""
    found = []
    for raw in raws:
        try:
            one = x509.load_der_x509_crl(raw)
            extensions = list(one.extensions)
            next_update = one.next_update_utc
            _ = (
                one.issuer,
                one.last_update_utc,
                one.signature_hash_algorithm,
                [entry.revocation_date_utc for entry in one],
            )
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
            raise Refusal("crl_malformed", place) from error
        except x509.UnsupportedGeneralNameType as error:
            raise Refusal("crl_malformed", place) from error
        partial = {type(extension.value) for extension in extensions} & {
            x509.IssuingDistributionPoint,
            x509.DeltaCRLIndicator,
        }
        fine = not partial and not any(extension.critical for extension in extensions) and next_update
        demand(fine, "crl_malformed", place, "not a plain full list")
        found.append(one)
    return tuple(found)


def is_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Tell whether ``issuer`` signed the list."""
    try:
        return crl.issuer == issuer.subject and crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False


def check_not_revoked(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Lists,
    *,
    at: datetime,
    needed: bool,
    place: str,
) -> datetime | None:
    """
    Refuse a certificate revoked at or before ``at``; return when it was revoked later, or none.

    ``needed``: whether a list must exist that says something about ``at``; not for one-time certificates.
    """
    theirs = lists.of(issuer)
    if needed:
        covering = [one for one in theirs if _covers(one, at) or (one in lists.own and one.last_update_utc >= at)]
        demand(covering, "crl_missing", place, "no revocation list for the time of the act")
    later = None
    for one in theirs:
        entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None:
            demand(entry.revocation_date_utc > at, "certificate_revoked", place, f"{entry.revocation_date_utc:%F %T}")
            later = entry.revocation_date_utc
    return later


def _covers(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    end = crl.next_update_utc
    return crl.last_update_utc <= at and end is not None and at <= end
