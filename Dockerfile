# syntax=docker/dockerfile:1

# Front-end packages: nothing of npm is needed to run.
FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

# Catalogues of texts: Babel compiles them and is not needed to run.
FROM python:3.13-slim AS messages
WORKDIR /app
COPY requirements-dev.txt ./
RUN awk '/^babel==/ { inside = 1; print; next } /^[^ ]/ { inside = 0 } inside' requirements-dev.txt \
    >babel.txt && pip install --no-cache-dir --require-hashes -r babel.txt
COPY clinic clinic
RUN mkdir -p clinic/locale && find clinic/locale -name '*.po' -exec python clinic/setup/compile_messages.py {} +

# Python packages and collected static files.
FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.txt /tmp/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt
WORKDIR /app
COPY . .
COPY --from=assets /app/node_modules node_modules
COPY --from=messages /app/clinic/locale clinic/locale
RUN SECRET_KEY=only-for-collecting-static-files STATIC_ROOT=/app/static-collected \
    /venv/bin/python manage.py collectstatic --noinput \
    && rm -rf node_modules

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 clinic && install -d -o clinic /data/media
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 STATIC_ROOT=/app/static-collected \
    MEDIA_ROOT=/data/media BIND=0.0.0.0:8000
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER clinic
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "deploy/healthcheck.py"]
ENTRYPOINT ["deploy/start.sh"]
CMD ["gunicorn", "--config", "python:clinic.gunicorn_conf", "clinic.wsgi"]
