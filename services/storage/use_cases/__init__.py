"""Conduct: one file per verb; each opens a unit of work, asks the domain, saves, announces."""
