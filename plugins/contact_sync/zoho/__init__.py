"""Clients of Zoho's APIs, without Airflow."""
