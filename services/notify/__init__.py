"""
The house of notify: tell people what waits for them and what became of their pages.

Owns: notices, and the mails sent for them.
Promises: each event tells each person one thing once; a mail says what, who, which page and what to do.
Never: puts the text of a page into a mail, decides who may read it.
"""
