"""
Verify one evidence file offline, with our own code and nothing of the rest of the project.

Owns: the reading of docs/evidence-format.md. Promises: constant memory, no network, a reason for every refusal, and a
list of what even a proven file does not prove. Never imports another house.
"""
