"""
Conduct the work of signing, one file a verb.

Owns: the order of effects. Promises: no transaction is open while a key holder, an authority or another house is asked.
"""
