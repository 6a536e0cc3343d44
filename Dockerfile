# Two stages: the first bundles the program, and gets the runtime for the machine that
# the image is for; the second holds these two, on what they need to run.

# The same version as RUNTIME of build/runtime.ts. It brings `deno` and `sh`.
ARG BUILD_BASE=docker.io/denoland/deno:2.9.5
# glibc, libgcc, and no shell.
ARG FINAL_BASE=gcr.io/distroless/cc-debian12:nonroot

# Runs on the machine that builds, whatever machine the image is for.
FROM --platform=${BUILDPLATFORM} ${BUILD_BASE} AS build
ARG TARGETARCH
# What `--version` tells: the checkout's history is not sent to the build.
ARG COMMIT
WORKDIR /src
COPY . .
RUN deno run --quiet --no-prompt --allow-all build/image.ts

FROM ${FINAL_BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="prompipe" \
  org.opencontainers.image.description="Pipes metrics to a Prometheus that cannot reach their exporters" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}"
COPY --from=build /image /opt/prompipe
# So that it stays small at rest: what build/tuning.ts has for any command.
ENV DENO_V8_FLAGS=--max-semi-space-size=1,--single-threaded-gc,--no-concurrent-recompilation,--optimize-for-size,--no-sparkplug,--invocation-count-for-maglev=50000,--invocation-count-for-maglev-osr=50000,--invocation-count-for-turbofan=50000,--invocation-count-for-osr=50000
# A new volume that is mounted here belongs to who has to write to it.
COPY --from=build --chown=65532:65532 /state /state
# A sender's config.json is looked for here.
WORKDIR /
USER 65532:65532
# Engines let any user of a container listen on 80: net.ipv4.ip_unprivileged_port_start=0.
EXPOSE 80 9090
STOPSIGNAL SIGTERM
# There is no shell: the same command line twice, with `healthcheck` and with a command.
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s CMD [ \
  "/opt/prompipe/prompipe", "run", "--quiet", "--no-prompt", "--permission-set", \
  "--no-lock", "--no-npm", "--no-remote", "/opt/prompipe/main.js", "healthcheck"]
ENTRYPOINT [ \
  "/opt/prompipe/prompipe", "run", "--quiet", "--no-prompt", "--permission-set", \
  "--no-lock", "--no-npm", "--no-remote", "/opt/prompipe/main.js"]
CMD ["receiver"]
