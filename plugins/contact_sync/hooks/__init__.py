"""Airflow connections become ready clients."""
