# The pages, the program, and nothing else.
FROM node:20-bookworm AS node

FROM golang:1.26-bookworm AS build
COPY --from=node /usr/local /usr/local
WORKDIR /src
COPY . .
# The last image has no C library.
RUN CGO_ENABLED=0 make build && mkdir /store

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /src/bin/baimi /baimi
COPY --from=build --chown=nonroot:nonroot /store /store
ENV BAIMI_LISTEN=0.0.0.0:8080 BAIMI_STORE=sqlite:/store BAIMI_DEMO=off
VOLUME /store
EXPOSE 8080
ENTRYPOINT ["/baimi"]
