"""
The shop window: HTTP in, contracts out.

Owns: sessions, personal access tokens, authenticators, invitations, rate limits; the HTTP API and its problems.
Promises: every call carries a freshly signed actor, a deadline and a correlation id; errors name field and remedy.
Never: decides who may read or write (the house that owns the data does), lets a file's bytes through.
"""
