"""Pages inside Airflow's UI (OPS-8): what happened, in the words of the README. They read, and write nothing."""
