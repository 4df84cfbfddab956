"""Bulk read: jobs, and the zip files they come to."""
