# The image of `wenhao`: what the lock files say and nothing else. To build the same image again later, give both base
# images by digest: docker build --build-arg PYTHON=python:3.11-slim-bookworm@sha256:… --build-arg NODE=…
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim

FROM ${NODE} AS charts
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web/charts.js ./
RUN mkdir -p ../api/static/built && npm run build

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# Files inside the wheel carry this time and not the day's.
ENV SOURCE_DATE_EPOCH=1735689600
RUN python -m venv --copies /opt/wenhao
WORKDIR /src
# With requirements-cluster.lock the image can also use an OpenSearch cluster.
ARG LOCK=requirements.lock
COPY requirements.lock requirements-cluster.lock ./
RUN /opt/wenhao/bin/pip install --no-compile --require-hashes -r "${LOCK}"
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY gongwen ./gongwen
COPY engine ./engine
COPY indexer ./indexer
COPY crawler ./crawler
COPY api ./api
COPY wenhao ./wenhao
COPY synonyms ./synonyms
COPY --from=charts /src/api/static/built ./api/static/built
RUN /opt/wenhao/bin/pip install --no-compile --no-deps --no-build-isolation .
# Compiled here, because the container cannot write; by hash, so that the files are the same on every day.
RUN /opt/wenhao/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/wenhao/lib

FROM ${PYTHON}
RUN groupadd --gid 10001 wenhao \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/wenhao --no-create-home --shell /usr/sbin/nologin wenhao \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/wenhao /var/lib/wenhao/words /run/wenhao
COPY --from=build /opt/wenhao /opt/wenhao
ENV PATH=/opt/wenhao/bin:$PATH PYTHONDONTWRITEBYTECODE=1 WENHAO_DATA=/var/lib/wenhao
WORKDIR /var/lib/wenhao
USER 10001:10001
ENTRYPOINT ["wenhao"]
CMD ["serve"]
