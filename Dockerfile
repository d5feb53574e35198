# One image for the worker, the door and the verbs. Runs from the sources, as the installed packages are locked by hash.
FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /app aftersales
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/runtime.txt
COPY . .

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8
USER aftersales
ENTRYPOINT ["python", "-m", "cli"]
CMD ["--help"]
