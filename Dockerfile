# The project as an image for the Astro CLI or any registry: Airflow's own image with the locked packages.
# Set at run time: the connections, CONTACT_SYNC_KEY, and the database of Airflow. The demo needs none of this.
FROM apache/airflow:3.3.2-python3.12

WORKDIR /opt/airflow
COPY --chown=airflow:0 requirements.txt pyproject.toml README.md ./
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=airflow:0 plugins plugins
COPY --chown=airflow:0 dags dags
COPY --chown=airflow:0 include include
# Editable, so that the connection types are known and include/ is found beside plugins/.
RUN pip install --no-cache-dir --no-deps -e .
ENV PYTHONPATH=/opt/airflow:/opt/airflow/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__CORE__TEST_CONNECTION=Enabled
