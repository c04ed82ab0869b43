"""Prove who is there: passwords, sessions, personal access tokens, step-up."""
