"""Name the labels that open an entry: one rule for entries, search and every reader (decision 2)."""

from contracts.identifiers import AccessLabel, EntryId, NotebookId, StructureId


def entry_label(entry: EntryId) -> AccessLabel:
    """Open one entry, by a share."""
    return AccessLabel(f"entry:{entry}")


def notebook_label(notebook: NotebookId) -> AccessLabel:
    """Open a notebook, by a share or to its holder."""
    return AccessLabel(f"notebook:{notebook}")


def team_label(structure: StructureId) -> AccessLabel:
    """Open the unrestricted notebooks of a team to its researchers."""
    return AccessLabel(f"team:{structure}")


def lead_label(structure: StructureId) -> AccessLabel:
    """Open all that stands under a structure to whoever leads it."""
    return AccessLabel(f"lead:{structure}")


def notebook_labels(
    notebook: NotebookId, path: tuple[StructureId, ...], *, restricted: bool
) -> tuple[AccessLabel, ...]:
    """
    Return the labels every entry of a notebook carries, beside its own.

    Args:
        notebook: the notebook.
        path: structures from the root to the one that owns it.
        restricted: a restricted notebook is closed to the team; its leads keep reading.

    """
    team = () if restricted else (team_label(path[-1]),)
    return (notebook_label(notebook), *team, *(lead_label(structure) for structure in path))
