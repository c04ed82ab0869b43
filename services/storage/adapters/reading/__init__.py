"""
Read inside strangers' files, each in a walled child process that opens nothing but that file.

``process`` is the parent's side; ``python -m services.storage.adapters.reading`` is the child, and every other module
here runs in it only. The child has no secret, no database, no network, and dies of what it cannot bear.
"""
