# syntax=docker/dockerfile:1

# What is installed and compiled: tools that the running image does not need stay here.
FROM python:3.11-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/studios
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Production's settings, with values that lead nowhere: neither step reaches a database or a broker.
RUN export PRODUCTION=true SECRET_KEY=only-while-building ALLOWED_HOSTS=build SITE_URL=https://build \
        DATABASE_URL=postgres://build REDIS_URL=redis://build EMAIL_URL=consolemail:// \
    && /opt/venv/bin/python manage.py compilemessages --verbosity 0 \
    && /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /srv/studios --shell /usr/sbin/nologin studios \
    && install -d -o studios -g studios /srv/studios /srv/studios/media /srv/studios/beat
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=root:root /srv/studios /srv/studios
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=true \
    MEDIA_ROOT=/srv/studios/media
WORKDIR /srv/studios
USER studios
EXPOSE 8000
VOLUME ["/srv/studios/media"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=40s --retries=3 \
    CMD ["python", "-m", "config.probe"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--max-requests", "2000", "--max-requests-jitter", "200", "--timeout", "60", "--worker-tmp-dir", "/dev/shm"]
