"""A Zoho Creator that runs here: two applications with reports, served as API v2.1 serves them.

Tokens, clock, faults and call log are the sandbox's own; everything else is in this folder and imports nothing of the
product. What Creator's public pages leave open is a switch, or said where it is decided.
"""
