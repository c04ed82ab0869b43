"""
Describe the demo institution: every name is invented, every thing is marked as a demonstration.

Three regions, six units (two of them mixed), twelve teams, forty people, ten notebooks (product.md §9).
"""

from dataclasses import dataclass

MARK = "démonstration"
MAIL_DOMAIN = "demo.paillasse.example"


@dataclass(frozen=True, slots=True)
class Unit:
    """A research unit with its teams; ``rors`` name the supervising bodies of a mixed unit (fictive ids)."""

    code: str
    name: str
    region: str
    teams: tuple[str, ...]
    rors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Someone:
    """An invented person: where they belong, what they hold there, whether they can sign in."""

    given: str
    family: str
    place: str
    role: str = "researcher"
    locale: str = "fr"
    signs_in: bool = False

    @property
    def mail(self) -> str:
        """The address, which is also the login."""
        plain = f"{self.given}.{self.family}".lower().translate(
            str.maketrans("éèêëàâîïôöùûüçñ -'", "eeeeaaiioouuucn---")
        )
        return f"{plain}@{MAIL_DOMAIN}"

    @property
    def display(self) -> str:
        """The name as shown, never to be taken for a real person's."""
        return f"{self.given} {self.family} (démo)"


INSTITUTION = {"name": f"Institut de recherche ({MARK})", "code": "IRD-DEMO"}
REGIONS = {"DR-NORD": "Délégation Nord", "DR-OUEST": "Délégation Ouest", "DR-SUD": "Délégation Sud"}
UNITS = (
    Unit("U1234", "Protéines et membranes", "DR-NORD", ("Transport", "Structure")),
    Unit("U1240", "Neurosciences cellulaires", "DR-NORD", ("Synapse", "Imagerie")),
    Unit("U2051", "Immunité et infection", "DR-OUEST", ("Lymphocytes", "Virologie"), ("https://ror.org/000000001",)),
    Unit("U2077", "Génétique des populations", "DR-OUEST", ("Séquençage", "Modèles")),
    Unit("U3102", "Chimie pour la santé", "DR-SUD", ("Synthèse", "Analyse"), ("https://ror.org/000000002",)),
    Unit("U3150", "Données de cohortes", "DR-SUD", ("Cohortes", "Statistique")),
)
# The three people of the main job, and the administrator.
AUTHOR = Someone("Inès", "Valmont", "U1234-1", signs_in=True)
WITNESS = Someone("Oscar", "Teilhac", "U1234-1", locale="en", signs_in=True)
LEAD = Someone("Maud", "Kerbrian", "U1234", role="lead", signs_in=True)
ADMIN = Someone("Ambre", "Delorval", "", role="institution_admin", signs_in=True)
STRANGER = Someone("Noé", "Sarradin", "U3102-1", signs_in=True)
# Wrote the first page of a notebook, then left: the account is closed, the page stays.
LEAVER = Someone("Lise", "Abrincat", "U1234-2")
OTHERS = (
    LEAVER, Someone("Tom", "Bressuire", "U1234-2"),
    Someone("Zoé", "Carmaux", "U1234-2", locale="en"), Someone("Hugo", "Dampierre", "U1240", role="lead"),
    Someone("Nina", "Estaing", "U1240-1"), Someone("Paul", "Fontvive", "U1240-1"),
    Someone("Rose", "Gournay", "U1240-2"), Someone("Sami", "Hautefort", "U1240-2"),
    Someone("Tess", "Isigny", "U2051", role="lead"), Someone("Ugo", "Jarville", "U2051-1"),
    Someone("Vera", "Kerlouan", "U2051-1"), Someone("Will", "Lambesc", "U2051-2", locale="en"),
    Someone("Yann", "Malaucène", "U2051-2"), Someone("Alba", "Nozeroy", "U2077", role="lead"),
    Someone("Brice", "Orgelet", "U2077-1"), Someone("Cléa", "Peyrolles", "U2077-1"),
    Someone("Dario", "Quimerch", "U2077-2"), Someone("Elsa", "Ribeauval", "U2077-2"),
    Someone("Félix", "Sallanches", "U3102", role="lead"), Someone("Gaia", "Tournus", "U3102-1"),
    Someone("Henri", "Uzerche", "U3102-1"), Someone("Iris", "Vouvray", "U3102-2"),
    Someone("Jules", "Wimereux", "U3102-2"), Someone("Kenza", "Yvetot", "U3150", role="lead"),
    Someone("Léon", "Zonza", "U3150-1"), Someone("Mina", "Aubrac", "U3150-1"),
    Someone("Nils", "Belvès", "U3150-2", locale="en"), Someone("Olga", "Cassel", "U3150-2"),
    Someone("Pia", "Domme", "U1234-1"), Someone("Rémi", "Embrun", "U1234-1"),
    Someone("Sara", "Figeac", "U1240-1"), Someone("Théo", "Gordes", "U2051-1"),
    Someone("Ulla", "Honfleur", "U2077-1", locale="en"), Someone("Victor", "Issoire", "U3102-2"),
    Someone("Wanda", "Joigny", "U3150-1"),
)  # fmt: skip
PEOPLE = (LEAD, AUTHOR, WITNESS, STRANGER, *OTHERS)
NOTEBOOKS: tuple[tuple[str, str], ...] = (
    ("U1234-1", "Transport du glucose, série A"),
    ("U1234-1", "Cultures HEK293"),
    ("U1234-2", "Cristallogenèse"),
    ("U1240-1", "Électrophysiologie"),
    ("U1240-2", "Two-photon imaging log"),
    ("U2051-1", "Cytométrie 2026"),
    ("U2051-2", "Titrages viraux"),
    ("U2077-1", "Banques ADN"),
    ("U3102-1", "Amidations"),
    ("U3150-1", "Journal des extractions"),
)
# Who opens a team's notebooks: the first of its researchers.
HOLDERS = {place: next(who for who in PEOPLE if who.place == place) for place, _ in NOTEBOOKS}
ACCOUNTS = frozenset({*(who for who in PEOPLE if who.signs_in), *HOLDERS.values()})
# Who to sign in as, and what waits for them.
PARTS = {
    AUTHOR: "author: a page to sign, another came back with a reason",
    WITNESS: "witness: a page to sign",
    LEAD: "head of the unit: a page to approve",
    ADMIN: "administrator: people and structures, no content",
}
FIRST_PAGE = "Page d'ouverture : objet du cahier, matériel, personnes. Tout ici est inventé (démonstration)."
RETURN_REASON = "La température d'incubation manque (démonstration)."
