"""The runtime for one machine: Postgres, the sandbox and Airflow together, for trying things out and for tests.

It uses the product only through its command line and Airflow's REST API, never by import, so that what it
shows is what anyone would see. It refuses to listen anywhere but on 127.0.0.1 and is not meant for production.
"""
