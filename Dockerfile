# One image for all five services and the steps before them; the command says which one a container is.
FROM node:24-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim AS python
ENV VIRTUAL_ENV=/app/.venv PATH=/app/.venv/bin:$PATH
WORKDIR /app
RUN python -m venv .venv && pip install --no-cache-dir --disable-pip-version-check uv
COPY pyproject.toml requirements.runtime.lock build.lock ./
RUN uv pip install --no-cache --compile-bytecode --require-hashes --no-deps \
    --build-constraints build.lock -r requirements.runtime.lock
COPY libs libs
COPY services services
COPY deploy deploy
COPY data data
# Editable, for the migrations of a service stand beside its package.
RUN uv pip install --no-cache --no-deps --build-constraints build.lock \
    -e libs/contracts -e libs/chassis \
    -e services/registry -e services/scoring -e services/awards -e services/notify -e services/gateway \
    -e deploy/nats -e deploy/embedded

FROM python AS assets
COPY requirements.lock ./
# The lock as a constraint: its version, checked against its hashes.
RUN uv pip install --no-cache -c requirements.lock "fonttools[woff]"
COPY --from=web /app/node_modules node_modules
RUN python -m gateway.pages.assets build/assets

FROM python:3.11-slim
ENV VIRTUAL_ENV=/app/.venv PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=python /app /app
COPY --from=assets /app/build/assets build/assets
# A fresh volume takes the owner of the folder it covers: these make every one writable for thidua alone.
RUN useradd --system --uid 10001 --home-dir /house thidua \
    && install -d -o thidua -m 700 /house /evidence \
        /keys/registry /keys/scoring /keys/awards /keys/notify /keys/gateway /keys/postgres \
    && install -d -o thidua -m 755 /keys/nats
USER thidua
