# docker build -t foveate .  &&  docker run -p 8000:8000 -v foveate:/cache foveate
# An index with CPU builds of torch keeps the image small; an empty value takes PyPI's own build.
FROM python:3.11-slim

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

RUN useradd --create-home --uid 1000 foveate && mkdir /cache && chown foveate /cache
WORKDIR /srv/foveate

COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
  && pip install --no-cache-dir torch==2.13.0 ${TORCH_INDEX:+--index-url "$TORCH_INDEX"}
COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY app app
COPY foveate foveate
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .
COPY static static
COPY templates templates

USER foveate
ENV FOVEATE_CACHE=/cache HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
VOLUME /cache
EXPOSE 8000
# The first start fetches the weights; after that the cache volume has them.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["foveate", "serve"]
