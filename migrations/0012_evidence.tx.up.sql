-- Where the files behind the figures are kept, which evidence each indicator asks for, and
-- how much room an agency has for it.

-- The store that evidence is in, whichever program looks: a folder carries the same mark, so
-- that two programs with different folders notice. One row, made by the first start.
CREATE TABLE evidence_store (
    one     boolean PRIMARY KEY DEFAULT true CONSTRAINT evidence_store_one_check CHECK (one),
    kind    text NOT NULL CONSTRAINT evidence_store_kind_check CHECK (kind IN ('folder', 'postgres')),
    mark    uuid NOT NULL,
    made_at timestamptz NOT NULL
);

-- Files, where the database is the store. A file gets its hash when it has come in whole;
-- until then nobody finds it, and the sweep takes it away when it stays so.
CREATE TABLE blobs (
    id         uuid PRIMARY KEY,
    sha256     text CONSTRAINT blobs_sha256_key UNIQUE CONSTRAINT blobs_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint NOT NULL DEFAULT 0 CONSTRAINT blobs_size_check CHECK (size_bytes >= 0),
    stored_at  timestamptz NOT NULL DEFAULT now() -- when it was last put; the same file again makes it young
);
CREATE INDEX blobs_stored_at_idx ON blobs (stored_at);

CREATE TABLE blob_chunks (
    blob_id uuid NOT NULL REFERENCES blobs (id) ON DELETE CASCADE,
    n       int NOT NULL CONSTRAINT blob_chunks_n_check CHECK (n >= 0),
    data    bytea NOT NULL CONSTRAINT blob_chunks_data_check CHECK (octet_length(data) BETWEEN 1 AND 262144),
    CONSTRAINT blob_chunks_pkey PRIMARY KEY (blob_id, n)
);
ALTER TABLE blob_chunks ALTER COLUMN data SET STORAGE EXTERNAL; -- what comes in is compressed already

CREATE FUNCTION forbid_change_of_blob() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sha256 IS NOT NULL AND (NEW.sha256, NEW.size_bytes, NEW.id) IS DISTINCT FROM (OLD.sha256, OLD.size_bytes, OLD.id) THEN
        RAISE EXCEPTION '% on % is not allowed: a file that has come in stays as it is', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER blobs_stay BEFORE UPDATE ON blobs FOR EACH ROW EXECUTE FUNCTION forbid_change_of_blob();
CREATE TRIGGER blob_chunks_stay BEFORE UPDATE ON blob_chunks FOR EACH ROW EXECUTE FUNCTION forbid_change();

-- What an indicator asks for. No row: nothing is required, and every kind is welcome.
CREATE TABLE evidence_rules (
    indicator_id bigint PRIMARY KEY REFERENCES indicators (id),
    required     boolean NOT NULL, -- handing in asks for at least one of the kinds
    kinds        text[] NOT NULL CONSTRAINT evidence_rules_kinds_check
                 CHECK (cardinality(kinds) > 0 AND kinds <@ ARRAY['berkas', 'tautan', 'umpan', 'pernyataan']),
    note         text NOT NULL DEFAULT '' CONSTRAINT evidence_rules_note_check CHECK (length(note) <= 200), -- for the operator
    changed_at   timestamptz NOT NULL,
    changed_by   bigint REFERENCES users (id) -- null: as the sheet suggests
);

-- Rules for the indicators that have none, from the words of their newest sheet: a document
-- that somebody issues is required; a system's own figures do instead where one delivers
-- them; a signed statement where the agency's own notes are all there is.
CREATE FUNCTION fill_evidence_rules() RETURNS bigint LANGUAGE sql AS $$
    WITH sheets AS (
        SELECT DISTINCT ON (s.indicator_id) s.indicator_id, s.evidence_rule AS words, s.data_source AS source
        FROM indicator_sheets s JOIN roadmap_versions v ON v.id = s.version_id
        ORDER BY s.indicator_id, v.number DESC
    ), facts AS (
        SELECT indicator_id,
            words ~* '^(surat|LHE|SK |laporan|berita acara|tanda terima|dokumen|rekap)' AS issued,
            words ~* 'tautan' AS linked,
            source ~* '(SIAK|SIMRS|OSS|sistem|register|puskesmas|SKM|pusdalops|diskominfotik|dishub|DLH|BSKDN)' AS delivered,
            source ~* '^(unit|kelurahan|PPID|RSUD)' OR source ~* 'register' AS own
        FROM sheets
    ), added AS (
        INSERT INTO evidence_rules (indicator_id, required, kinds, note, changed_at)
        SELECT indicator_id, issued,
            ARRAY['berkas'] || CASE WHEN linked THEN ARRAY['tautan'] ELSE '{}' END
                || CASE WHEN delivered THEN ARRAY['umpan'] ELSE '{}' END
                || CASE WHEN own AND NOT issued THEN ARRAY['pernyataan'] ELSE '{}' END,
            '', now()
        FROM facts
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM added
$$;
SELECT fill_evidence_rules();

-- Room for the files of an agency, where it is another than everybody's (settings, evidence_quota, bytes).
CREATE TABLE evidence_quotas (
    agency_id bigint PRIMARY KEY REFERENCES agencies (id),
    bytes     bigint NOT NULL CONSTRAINT evidence_quotas_bytes_check CHECK (bytes >= 0)
);
INSERT INTO settings (key, value) VALUES ('evidence_quota', '2147483648');

-- The sweep asks of each old file whether something still names it.
CREATE INDEX evidence_sha256_idx ON evidence (sha256);
CREATE INDEX draft_evidence_sha256_idx ON draft_evidence (sha256);

GRANT SELECT ON evidence_store, blobs, blob_chunks, evidence_rules, evidence_quotas TO peta_web, peta_job, peta_ro;
GRANT INSERT ON evidence_store TO peta_web;
GRANT INSERT, DELETE ON blobs, blob_chunks TO peta_web;
GRANT UPDATE (sha256, size_bytes, stored_at) ON blobs TO peta_web;
GRANT DELETE ON blobs, blob_chunks TO peta_job;
GRANT INSERT, UPDATE ON evidence_rules TO peta_web;
GRANT UPDATE (is_public) ON evidence TO peta_web;
