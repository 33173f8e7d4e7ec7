-- Files on their way into the program: a file is read and shown first (dry run), and
-- nothing of it is kept until whoever sent it confirms. It stays here meanwhile, so that
-- every replica can go on with it, and goes after a day.

CREATE TABLE imports (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CONSTRAINT imports_kind_check CHECK (kind IN ('laporan', 'lampau', 'sumber')),
    by_user      bigint NOT NULL REFERENCES users (id),
    agency_code  text REFERENCES agencies (code), -- whose sheet it must be; null: of any agency
    year         int,
    quarter      int CONSTRAINT imports_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    file_name    text NOT NULL CONSTRAINT imports_file_name_check CHECK (length(file_name) BETWEEN 1 AND 200),
    sha256       text NOT NULL CONSTRAINT imports_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    content      bytea NOT NULL CONSTRAINT imports_content_check CHECK (octet_length(content) BETWEEN 1 AND 12582912),
    choices      jsonb NOT NULL DEFAULT '{}', -- what the user decided: formats of columns, columns of a source
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    result       jsonb, -- what was kept; null until confirmed
    CONSTRAINT imports_period_check CHECK ((year IS NULL) = (quarter IS NULL) AND (kind = 'laporan') = (year IS NOT NULL)),
    CONSTRAINT imports_confirmed_check CHECK ((confirmed_at IS NULL) = (result IS NULL)),
    CONSTRAINT imports_expires_check CHECK (expires_at > created_at)
);
CREATE INDEX imports_expires_idx ON imports (expires_at);
CREATE INDEX imports_by_user_idx ON imports (by_user);

-- How the columns of another system's files are to be read. It is offered again for a file
-- with the same header, whatever the order of its columns.
CREATE TABLE import_mappings (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source           text NOT NULL CONSTRAINT import_mappings_source_check CHECK (length(source) BETWEEN 1 AND 60), -- as the reader knows the system
    header_signature text NOT NULL CONSTRAINT import_mappings_signature_check CHECK (header_signature ~ '^[0-9a-f]{64}$'),
    mapping          jsonb NOT NULL,
    saved_at         timestamptz NOT NULL,
    saved_by         bigint NOT NULL REFERENCES users (id),
    CONSTRAINT import_mappings_key UNIQUE (header_signature, source)
);

GRANT SELECT ON imports, import_mappings TO peta_web;
GRANT INSERT, DELETE, UPDATE (choices, confirmed_at, result) ON imports TO peta_web;
GRANT SELECT, DELETE ON imports TO peta_job;
GRANT INSERT, UPDATE ON import_mappings TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web;
