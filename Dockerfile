# syntax=docker/dockerfile:1
# Two images: `docker build --target hub .` and `docker build --target agent .`, for any platform of the base image: what is
# built is plain JavaScript and WebAssembly. Charts, tests and these images agree on the paths: test/integration/charts.
ARG RUNTIME=gcr.io/distroless/nodejs24-debian13:nonroot

FROM --platform=$BUILDPLATFORM node:24-trixie-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM ${RUNTIME} AS hub
COPY --from=build /src/dist/package.json /src/dist/sluice-hub.mjs /src/dist/sluice-git.mjs /src/dist/sluice-cue-worker.mjs /src/dist/sluice-cue.wasm.zst /src/dist/sluice-file-reader.mjs /src/dist/sluice-report-database.mjs /app/
COPY --from=build /src/dist/definitions /app/definitions
COPY LICENSE /app/
USER 65532:65532
WORKDIR /var/lib/sluice
ENTRYPOINT ["/nodejs/bin/node", "/app/sluice-hub.mjs"]
CMD ["serve", "--help"]

FROM ${RUNTIME} AS agent
COPY --from=build /src/dist/package.json /src/dist/sluice-agent.mjs /src/dist/sluice-git.mjs /app/
COPY LICENSE /app/
USER 65532:65532
WORKDIR /app
ENTRYPOINT ["/nodejs/bin/node", "/app/sluice-agent.mjs"]
CMD ["run", "--help"]
