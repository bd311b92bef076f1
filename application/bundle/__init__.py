"""Application: a bundle: part of a log with its proofs, to be verified by anybody without network or database.

An auditor takes this folder and `application/proof.py` away: they need Python 3.11, `cryptography` and nothing else of
this project (`python3 -m application.bundle BUNDLE`). docs/bundles.md says what lies where, byte by byte.
"""
