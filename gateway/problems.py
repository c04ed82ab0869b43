"""
Map errors to HTTP: the one table (RFC 9457; decisions.md 6).

Nowhere else does a status code meet an error class.
"""

from dataclasses import dataclass
from typing import Any

from contracts.errors import Invalid, PaillasseError


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: the status, and the sentence for people in both languages."""

    status: int
    en: str
    fr: str


KINDS: dict[str, Kind] = {
    "invalid": Kind(422, "The request is not valid.", "La demande n'est pas valide."),
    "query": Kind(400, "The search query is not valid.", "La requête de recherche n'est pas valide."),
    "malformed": Kind(400, "The request cannot be read.", "La demande est illisible."),
    "not_found": Kind(404, "There is nothing here that you may see.", "Il n'y a rien ici que vous puissiez voir."),
    "method_not_allowed": Kind(405, "This method does not exist here.", "Cette méthode n'existe pas ici."),
    "unauthenticated": Kind(401, "Sign in first.", "Connectez-vous d'abord."),
    "forbidden": Kind(403, "You may see this, but not do that.", "Vous pouvez voir ceci, mais pas faire cela."),
    "cross_site": Kind(403, "The request comes from another site.", "La demande vient d'un autre site."),
    "conflict": Kind(409, "This collides with the present state.", "Ceci entre en conflit avec l'état présent."),
    "sealed": Kind(409, "This page can no longer change.", "Cette page ne peut plus changer."),
    "stale": Kind(
        412,
        "Someone saved a newer version. Reload, then apply your change to it.",
        "Une version plus récente existe. Rechargez, puis appliquez-y votre modification.",
    ),
    "precondition_required": Kind(
        428,
        "Say which version you are changing: send If-Match with the ETag you read.",
        "Dites quelle version vous modifiez : envoyez If-Match avec l'ETag que vous avez lu.",
    ),
    "too_large": Kind(413, "This is too large.", "C'est trop volumineux."),
    "too_many": Kind(429, "Too many tries. Wait a moment.", "Trop d'essais. Attendez un moment."),
    "integrity_broken": Kind(
        500,
        "A digest does not match. The operators are told.",
        "Une empreinte ne correspond pas. Les exploitants sont prévenus.",
    ),
    "internal": Kind(
        500,
        "Something failed on our side. Quote the correlation id.",
        "Une erreur est survenue de notre côté. Citez l'identifiant de corrélation.",
    ),
    "unsupported": Kind(501, "This version cannot do that.", "Cette version ne sait pas faire cela."),
    "unavailable": Kind(503, "Not available just now. Try again.", "Indisponible pour l'instant. Réessayez."),
    "overloaded": Kind(503, "Too busy just now. Try again.", "Trop de demandes pour l'instant. Réessayez."),
    "unknown_outcome": Kind(
        504,
        "The answer was lost; the work may be done. Repeat with the same Idempotency-Key.",
        "La réponse s'est perdue ; le travail est peut-être fait. Répétez avec la même Idempotency-Key.",
    ),
    "storage_full": Kind(507, "The store is full. Nothing was kept.", "L'entrepôt est plein. Rien n'a été gardé."),
}
RETRY_AFTER_SECONDS = {429: 60, 503: 1, 504: 1}


class GatewayProblem(PaillasseError):
    """A problem the gateway itself sees: a missing header, a session, a limit."""

    def __init__(self, code: str, **detail: str) -> None:
        super().__init__(**detail)
        self.problem = code


class QueryInvalid(Invalid):
    """A search query the grammar refuses: 400 with the column (decisions.md 6)."""

    code = "query"


def code_of(error: PaillasseError) -> str:
    """Return the row of the table for an error."""
    return error.problem if isinstance(error, GatewayProblem) else error.code


def problem_of(
    error: PaillasseError, *, public_url: str, french: bool, correlation_id: str
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return status, body and headers for an error; the body never says more than the error's own fields."""
    code = code_of(error)
    kind = KINDS.get(code, KINDS["internal"])
    body: dict[str, Any] = {
        "type": f"{public_url}/problems/{code}",
        "title": kind.fr if french else kind.en,
        "status": kind.status,
        "correlation_id": correlation_id,
    }
    if error.detail:
        body["detail"] = dict(error.detail)
    if isinstance(error, Invalid):
        body["errors"] = [{"name": f.name, "problem": f.problem, "remedy": f.remedy} for f in error.fields]
    headers = {"Content-Language": "fr" if french else "en"}
    retry = error.detail.get("retry_after_seconds") or RETRY_AFTER_SECONDS.get(kind.status)
    if retry is not None:
        headers["Retry-After"] = str(retry)
    return kind.status, body, headers
