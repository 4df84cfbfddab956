"""The five stages of a fetch, as plain functions."""
