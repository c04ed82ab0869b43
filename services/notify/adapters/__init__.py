"""
The machines notify does not own: the house of entries, the templates of mails, the folder they are put into.

Owns: the mapping of replies to notify's own values, the wording of mails, the Maildir.
Promises: foreign errors become those the use cases know.
Never: decides who is told.
"""
