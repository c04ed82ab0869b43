"""
The pages that work without a script: sign in, an invitation, verify an evidence file, what a problem means.

Owns their templates, their words in French and English, and the child process that judges an uploaded file. Promises
that they work with styles and scripts off and that nothing uploaded is kept. Never decides anything of the laboratory.
"""
