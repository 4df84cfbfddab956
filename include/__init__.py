"""What travels with the project: configured syncs, SQL, expectations, reference data and the sandbox (a Zoho that runs
here).
"""
