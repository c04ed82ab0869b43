"""Keep every sentence of the verdict, in French and English, by code."""

# ruff: noqa: E501  (one sentence a line reads better than a folded one)

PHRASES = {
    "fr": {
        "proven": "PROUVÉ. Ce fichier est complet et inaltéré, et chaque signature tient.",
        "refused": "REFUSÉ. Ce fichier ne prouve pas ce qu'il prétend.",
        "no_trust": "SANS ANCRES. Le fichier est cohérent, mais il n'a été comparé qu'à ses propres certificats : "
        "n'importe qui peut en fabriquer un semblable. Donnez vos ancres avec --trust DOSSIER.",
        "file": "Fichier : {name}\nSHA-256 : {sha256}",
        "checked": "Vérifié le {at}, sans réseau.",
        "reasons": "Raisons :",
        "what": "Quoi :",
        "page": "page {reference}, « {title} », version {revision}",
        "author": "écrite par {name}, selon l'enregistrement",
        "files": "{attachments} pièce(s) jointe(s) ; empreinte de l'enregistrement (SHA-256) {digest}",
        "who": "Qui a fait quoi, et avant quand (heure de l'autorité d'horodatage, UTC) :",
        "signature": "{name}, {role} : {meaning}, avant {at} ; identité prouvée par {method}",
        "revoked_later": "certificat révoqué plus tard, le {at} : l'acte lui est antérieur",
        "when": "Qui atteste l'heure :",
        "authority": "{name}, politique {policy}",
        "stamps": "{count} jetons, du {first} au {last}",
        "unaltered": "Inaltéré : {files} fichiers ({bytes} octets), tous couverts par le sceau ou prouvés par eux-mêmes.",
        "log": "Inscrit au journal {origin}, {size} feuilles lors du scellement ; le journal n'a fait que croître.",
        "not_proven": "CE QUI N'EST PAS PROUVÉ :",
    },
    "en": {
        "proven": "PROVEN. This file is complete and unaltered, and every signature holds.",
        "refused": "REFUSED. This file does not prove what it claims.",
        "no_trust": "NO ANCHORS. The file agrees with itself, but it was compared with its own certificates only: "
        "anybody can make one like it. Give your anchors with --trust DIR.",
        "file": "File: {name}\nSHA-256: {sha256}",
        "checked": "Checked at {at}, without a network.",
        "reasons": "Reasons:",
        "what": "What:",
        "page": 'page {reference}, "{title}", version {revision}',
        "author": "written by {name}, says the record",
        "files": "{attachments} attachment(s); digest of the record (SHA-256) {digest}",
        "who": "Who did what, and before when (time of the stamping authority, UTC):",
        "signature": "{name}, {role}: {meaning}, before {at}; identity proven by {method}",
        "revoked_later": "certificate revoked later, at {at}: the act came first",
        "when": "Who vouches for the time:",
        "authority": "{name}, policy {policy}",
        "stamps": "{count} tokens, from {first} to {last}",
        "unaltered": "Unaltered: {files} files ({bytes} bytes), all covered by the seal or proven by themselves.",
        "log": "Entered in the log {origin}, {size} leaves when sealed; the log has only grown.",
        "not_proven": "WHAT IS NOT PROVEN:",
    },
}
ROLES = {
    "fr": {
        "author": "auteur",
        "coauthor": "co-auteur",
        "witness": "témoin",
        "approver": "approbateur",
        "seal": "sceau de l'institution",
    },
    "en": {
        "author": "author",
        "coauthor": "co-author",
        "witness": "witness",
        "approver": "approver",
        "seal": "seal of the institution",
    },
}
MEANINGS = {
    "fr": {
        "authorship": "a signé comme auteur",
        "read-and-understood": "a lu et compris",
        "approval": "a approuvé",
        "responsibility": "répond de la liste complète",
    },
    "en": {
        "authorship": "signed as author",
        "read-and-understood": "read and understood",
        "approval": "approved",
        "responsibility": "answers for the complete list",
    },
}
METHODS = {
    "fr": {
        "password": "mot de passe",
        "totp": "code à usage unique",
        "webauthn": "clé d'accès",
        "institution-key": "la clé de l'institution",
    },
    "en": {
        "password": "password",
        "totp": "one-time code",
        "webauthn": "passkey",
        "institution-key": "the institution's key",
    },
}
LIMITS = {
    "fr": {
        "content_truth": "que le contenu soit vrai : seulement qu'il était celui-là, et signé par ces personnes.",
        "law": "la valeur juridique : elle dépend du droit applicable et du statut des autorités.",
        "demo_authority": "l'heure devant un tiers : l'autorité est une DÉMONSTRATION, elle le dit elle-même.",
        "one_authority": "l'heure contre une faute de l'autorité : une seule autorité d'horodatage atteste.",
        "identity_webauthn": "que la clé d'accès était bien à la personne : l'institution l'a enregistrée.",
        "identity_method": "l'identité au-delà de l'institution : c'est elle qui dit avoir vérifié la personne, "
        "par le moyen indiqué ; le fichier ne contient pas de preuve de ce contrôle.",
        "server_key": "que l'institution n'ait pas signé à la place d'une personne : les clés à usage unique sont faites chez elle.",
        "rendering": "que record.html montre la page comme la personne l'a vue : l'enregistrement est record.json.",
        "after_sealing": "ce qui est arrivé après le scellement : une page plus récente peut remplacer ou contester celle-ci.",
        "notebook_complete": "que le cahier soit complet : seule cette page a été examinée, pas ses voisines.",
        "log_witness": "que tous voient le même journal : aucun témoin extérieur n'a cosigné son état.",
        "claimed_time": "l'heure annoncée par les signataires : seule compte celle des jetons.",
        "revoked_later": "la confiance actuelle en un certificat révoqué depuis : voir ci-dessus.",
    },
    "en": {
        "content_truth": "that the content is true: only that it was this, and signed by these people.",
        "law": "legal value: it depends on the law that applies and on the standing of the authorities.",
        "demo_authority": "the time before a third party: the authority is a DEMONSTRATION and says so itself.",
        "one_authority": "the time against a fault of the authority: only one stamping authority vouches.",
        "identity_webauthn": "that the passkey belonged to the person: the institution enrolled it.",
        "identity_method": "identity beyond the institution: it says it checked the person, by the means named; "
        "the file holds no proof of that check.",
        "server_key": "that the institution did not sign in a person's place: the one-time keys are made there.",
        "rendering": "that record.html shows the page as the person saw it: the record is record.json.",
        "after_sealing": "what happened after sealing: a newer page may supersede or dispute this one.",
        "notebook_complete": "that the notebook is complete: only this page was examined, not its neighbours.",
        "log_witness": "that everybody sees the same log: no outside witness cosigned its state.",
        "claimed_time": "the time the signers claim: only the tokens count.",
        "revoked_later": "present trust in a certificate revoked since: see above.",
    },
}
_REASONS = """
attachment_altered|une pièce jointe n'est pas celle que l'enregistrement décrit|an attachment is not the one the record describes
attachment_extra|une pièce jointe que l'enregistrement ne connaît pas|an attachment the record does not know
attachment_missing|une pièce jointe de l'enregistrement manque|an attachment of the record is missing
attachments_numbering|les pièces jointes ne sont pas numérotées sans trou|attachments are not numbered without a gap
ceremony_assertion|la réponse de la clé d'accès ne tient pas|the passkey's answer does not hold
ceremony_challenge|le défi de la cérémonie n'est pas celui des déclarations|the ceremony's challenge is not that of its statements
ceremony_malformed|la cérémonie n'a pas la forme prescrite|the ceremony has not the prescribed form
ceremony_method|le moyen d'identification diffère de la déclaration|the means of identification differs from the statement
ceremony_statement|la cérémonie porte sur d'autres déclarations|the ceremony is about other statements
ceremony_time|la personne ne s'est pas identifiée au moment de signer|the person did not prove identity at the time of signing
certificate_expired|certificat expiré au moment de l'acte|certificate expired at the time of the act
certificate_malformed|certificat illisible|unreadable certificate
certificate_missing|le certificat du signataire manque|the signer's certificate is missing
certificate_not_yet_valid|certificat pas encore valable au moment de l'acte|certificate not yet valid at the time of the act
certificate_profile|le certificat n'est pas fait pour cet usage|the certificate is not made for this use
certificate_revoked|certificat révoqué avant l'acte|certificate revoked before the act
certificate_substituted|le certificat n'est pas celui avec lequel on a signé|the certificate is not the one that was signed with
chain_untrusted|le certificat ne mène pas à une de vos ancres|the certificate does not lead to one of your anchors
checkpoint_differs|le point de contrôle n'est pas celui qui est signé|the checkpoint is not the one that was signed
checkpoint_signature|le point de contrôle n'est pas signé par le journal|the checkpoint is not signed by the log
checkpoint_unstamped|le point de contrôle n'est pas horodaté|the checkpoint is not stamped
circuit_step|la signature n'est pas à sa place dans le circuit|the signature is not at its place in the circuit
claimed_time|l'heure annoncée est loin de l'heure prouvée|the claimed time is far from the proven one
cms_attached_content|la signature porte son propre contenu|the signature carries content of its own
cms_attribute|un attribut de la signature manque, est en trop ou est faux|an attribute of the signature is missing, surplus or wrong
cms_signers|il faut exactement un signataire par signature|a signature must have exactly one signer
cms_structure|la signature n'a pas la structure prescrite|the signature has not the prescribed structure
crl_malformed|liste de révocation inutilisable|unusable revocation list
crl_missing|liste de révocation manquante|revocation list missing
der_malformed|codage DER incorrect|wrong DER encoding
digest_mismatch|un fichier n'est pas celui qui a été signé|a file is not the one that was signed
ess_missing|la signature ne nomme pas son certificat|the signature does not name its certificate
file_missing|un fichier manque|a file is missing
file_too_large|un fichier dépasse la taille permise|a file exceeds the size allowed
file_unknown|un fichier que personne n'a signé|a file nobody signed
file_unreadable|le fichier ne peut être lu|the file cannot be read
json_duplicate_key|une clé JSON figure deux fois|a JSON key appears twice
json_float|nombre JSON interdit|JSON number not allowed
json_malformed|JSON illisible|unreadable JSON
json_not_canonical|JSON non canonique (RFC 8785)|JSON not canonical (RFC 8785)
json_not_nfc|texte non normalisé (NFC)|text not normalised (NFC)
leaf_mismatch|la feuille du journal est celle d'un autre acte|the leaf of the log is that of another act
log_fork|le journal a deux histoires|the log has two histories
log_inclusion|l'acte n'est pas au journal|the act is not in the log
log_key|clé de journal inutilisable|unusable log key
log_malformed|preuve de journal illisible|unreadable log proof
log_order|les actes ne sont pas au journal dans leur ordre|acts do not stand in the log in their order
log_rollback|le journal a rétréci|the log has shrunk
log_unknown|journal inconnu de vos ancres|a log unknown to your anchors
manifest_incomplete|un manifeste ne couvre pas toute la page|a manifest does not cover the whole page
manifest_malformed|un manifeste n'a pas la forme prescrite|a manifest has not the prescribed form
manifest_surplus|un manifeste couvre un fichier de trop|a manifest covers a file too many
mimetype|le premier fichier n'est pas le type du conteneur|the first file is not the container's type
nonce_reused|le même nombre unique sert deux fois|the same nonce serves twice
objects_differ|la déclaration porte sur d'autres fichiers|the statement is about other files
objects_list|la liste des fichiers n'est pas la bonne|the list of files is wrong
record_malformed|l'enregistrement n'a pas la forme prescrite|the record has not the prescribed form
roles_order|les rôles ne sont pas dans l'ordre|roles are not in order
same_person_twice|la même personne tient deux rôles|the same person holds two roles
seal_incomplete|le sceau ne couvre pas toute la liste|the seal does not cover the complete list
signature_chain|la signature ne suit pas celle qui précède|the signature does not follow the one before
signature_digest|la signature porte sur autre chose|the signature is about something else
signature_extra|une signature de trop|a signature too many
signature_invalid|la signature est fausse|the signature is wrong
signature_missing|une signature manque|a signature is missing
signatures_numbering|les signatures ne sont pas numérotées sans trou|signatures are not numbered without a gap
signer_name|le nom signé n'est pas celui du certificat|the name signed is not that of the certificate
signing_time|l'heure de signature est loin de l'heure prouvée|the signing time is far from the proven one
statement_digest_extension|le certificat a été fait pour une autre déclaration|the certificate was made for another statement
statement_intent|la phrase vue n'est pas celle qui est attestée|the sentence seen is not the one attested
statement_malformed|la déclaration n'a pas la forme prescrite|the statement has not the prescribed form
statement_meaning|le sens de la signature ne va pas avec le rôle|the meaning of the signature does not fit the role
statement_role|le rôle n'est pas celui du fichier|the role is not that of the file
statement_subject|la déclaration porte sur une autre page|the statement is about another page
statement_unusable|signature sans déclaration lisible|signature without a readable statement
statements_disagree|les déclarations ne portent pas sur la même chose|the statements are not about the same thing
time_order|les heures reculent|times run backwards
token_imprint|le jeton d'horodatage porte sur autre chose|the time stamp is about something else
token_in_future|le jeton est daté dans le futur|the time stamp lies in the future
token_malformed|jeton d'horodatage illisible|unreadable time stamp
token_missing|le jeton d'horodatage manque|the time stamp is missing
token_policy|politique d'horodatage inconnue|unknown time-stamp policy
trailing_bytes|des octets suivent la fin d'une structure|bytes follow the end of a structure
trust_empty|le dossier de confiance est vide|the trust folder is empty
trust_unreadable|le dossier de confiance est illisible|the trust folder is unreadable
tsa_usage|le certificat n'est pas celui d'une autorité d'horodatage|the certificate is not that of a stamping authority
weak_algorithm|algorithme non admis|algorithm not allowed
zip_bomb|l'archive se déplie hors de toute mesure|the archive unpacks beyond measure
zip_damaged|l'archive est endommagée|the archive is damaged
zip_duplicate_name|deux fichiers portent le même nom|two files have the same name
zip_file_type|un lien ou un dossier à la place d'un fichier|a link or a folder in the place of a file
zip_headers_differ|l'archive se lit de deux façons|the archive can be read in two ways
zip_name|nom de fichier interdit|file name not allowed
zip_structure|l'archive n'a pas la structure prescrite|the archive has not the prescribed structure
zip_too_many_entries|trop de fichiers dans l'archive|too many files in the archive
zip_trailing_bytes|des octets suivent la fin de l'archive|bytes follow the end of the archive
"""
_ROWS = [line.split("|") for line in _REASONS.strip().splitlines()]
REASONS = {"fr": {code: french for code, french, _ in _ROWS}, "en": {code: english for code, _, english in _ROWS}}
