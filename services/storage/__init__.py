"""
Keep bytes by their digest, and let them in and out by signed URL.

Owns uploads, blobs and the folder they lie in. Promises that a confirmed blob is durable, whole and named by the
SHA-256 of its bytes, and that nothing is ever half-written. Never decides who may read a page: the house that asks
for a download has decided; never shows a file's text; never sends bytes over the bus.
"""
