# The project as an image for Astro: Astronomer's runtime with the packages of this project. `astro deploy` builds it.
# For Airflow's own image see Dockerfile.airflow; for what to set at run time, docs/deployment.md.
#
# 3.3 is the Airflow, -8 Astronomer's build of it. `-base` leaves out the build steps that install requirements.txt by
# themselves: that file is a full lock, Airflow included, and this image brings its own Airflow.
FROM astrocrpublic.azurecr.io/runtime:3.3-8-python-3.12-base

USER root
COPY packages.txt ./
RUN /usr/local/bin/install-system-packages

COPY --chown=astro:0 pyproject.toml README.md ./
COPY --chown=astro:0 plugins plugins
# Editable, so that the connection types are known and include/ is found beside plugins/. The versions that the image
# holds fast stay: where pyproject.toml wants others, or another Airflow than the image has, this fails and says so.
RUN uv pip install --system --no-cache --constraint /etc/pip-constraints.txt --editable .
USER astro

COPY --chown=astro:0 dags dags
COPY --chown=astro:0 include include
ENV PYTHONPATH=/usr/local/airflow:/usr/local/airflow/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__CORE__TEST_CONNECTION=Enabled
