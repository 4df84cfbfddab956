"""A stateful Zoho on loopback, for the first run, for tests and for people who try their own sync files offline.

It answers as Zoho's accounts server and Recruit API do, from people that never existed. State lives apart from HTTP:
``state.py`` and what it holds know nothing of requests, ``api/`` has one module per family of routes, ``data/`` makes
the records. It refuses what it does not serve (unknown routes, parameters and settings are errors that name the close
match), it imports nothing of the product, and it keeps nothing on disk. Start it alone with ``python -m
include.sandbox``; see ``docs/sandbox.md``.
"""
