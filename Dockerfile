# The program alone: a static binary in an image without a shell. PostgreSQL is
# another container (compose.yaml) or a server of the city.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/petajalan ./cmd/petajalan \
    && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/petajalan /usr/local/bin/petajalan
COPY LICENSE /usr/share/doc/petajalan/LICENSE
# A volume mounted here belongs to the account that the program runs as.
COPY --from=build --chown=65532:65532 /out/data /var/lib/petajalan
USER 65532:65532
ENV PETAJALAN_DATA=/var/lib/petajalan
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/petajalan"]
CMD ["serve"]
