# podorder's image: the files of `npm run build:image-files`, and nothing else.
#   buildah build --platform linux/amd64,linux/arm64 --build-arg VERSION="$(npm pkg get version | tr -d '"')" --manifest podorder .
# `npm run build:image` makes the same from files on disk, where no base image can be had.

# Debian, whose C library goes into the image; and any Node from 20 on. It builds, and nothing of it but the C library is in the image.
# By its digest, since a tag can be moved. To renew it, once a month and before a release: docker buildx imagetools inspect
# node:24-bookworm-slim, and put its Digest here; SECURITY.md lists all that is pinned.
ARG BASE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

# Runs on the machine that builds, and builds for the other one without emulation.
FROM --platform=$BUILDPLATFORM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# No script of a package runs but Bun's, which puts the executable of the lock file into its place and downloads nothing.
RUN npm ci --ignore-scripts && npm rebuild bun
COPY . .
ARG TARGETARCH
RUN npm run --silent build:image-files -- --target "$TARGETARCH"

FROM scratch
ARG TARGETARCH
ARG VERSION=unknown
LABEL org.opencontainers.image.title="podorder" \
      org.opencontainers.image.description="Starts the containers of a Kubernetes pod in the order they need, and stops them in reverse." \
      org.opencontainers.image.licenses="Apache-2.0 AND MIT AND LGPL-2.1-or-later" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /src/dist/image/${TARGETARCH}/ /
ENV PATH=/podorder/image
# Nobody in particular: PodSecurity's runAsNonRoot wants a number, and there is no /etc/passwd.
USER 65532:65532
ENTRYPOINT ["/podorder/image/entrypoint"]
