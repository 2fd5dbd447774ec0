# One image for every service: `docker run … countersign <service>`. Node runs the TypeScript sources as they are, so
# there is nothing to build; but it does not strip types below node_modules, so libs/ and services/ stay where they
# are and npm's symlinks lead to them.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

# Only the manifests: the packages are installed again when one of these changes, not with every edit of a source.
FROM base AS manifests
COPY package.json package-lock.json .npmrc ./
COPY libs ./libs
COPY services ./services
RUN find libs services -type f ! -name package.json -delete

# The optional packages are Node itself, which the base image has.
FROM base AS packages
COPY --from=manifests /app ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM base
ENV NODE_ENV=production \
    COUNTERSIGN_DATA=/data \
    COUNTERSIGN_HTTP=0.0.0.0:4400
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY libs ./libs
COPY services ./services
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 4400
# Every service answers /healthz on COUNTERSIGN_HTTP; a rejection that nobody handles ends node with exit code 1.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4400/healthz').then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); })"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "services/run.ts"]
CMD ["gateway"]
