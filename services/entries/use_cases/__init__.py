"""Conduct: one file per verb; open a unit of work, ask the domain, save, announce, commit once."""
