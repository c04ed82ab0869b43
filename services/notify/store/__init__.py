"""
What notify remembers in PostgreSQL: notices, their mails, and the outbox.

Owns: the tables of notices and deliveries.
Promises: (event, person, kind) exists once; a mail is claimed by one worker at a time.
Never: words a sentence.
"""
