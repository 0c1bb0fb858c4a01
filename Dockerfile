# syntax=docker/dockerfile:1
# Jamboree in a container. `docker compose up --build` (compose.yaml) starts it with a worker and Caddy.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
# What others wrote, first: a change of ours leaves it as it is.
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY playlist_app/__init__.py playlist_app/
RUN python -m venv .venv && .venv/bin/pip install -c requirements.lock -e .
# The front-end files; Node comes into an environment of its own, and stays here.
COPY package.json package-lock.json ./
COPY scripts scripts
RUN python -m venv /tools && /tools/bin/python scripts/vendor.py

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 jamboree \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin jamboree \
    && install -d -m 700 -o 10001 -g 10001 /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/static/vendor static/vendor
COPY app.py gunicorn.conf.py pyproject.toml ./
COPY migrations migrations
COPY static static
COPY templates templates
COPY docs/examples docs/examples
COPY playlist_app playlist_app
# Here and now, as nothing can be written in /app later.
RUN .venv/bin/python -m compileall -q app.py playlist_app migrations
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    JAMBOREE_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=2m --start-interval=2s --retries=3 \
    CMD ["python", "-I", "playlist_app/operations/knock.py"]
CMD ["gunicorn"]
