"""Criteria of searches and bulk jobs: reading them, checking operators against types, telling whether a record meets
them.
"""
