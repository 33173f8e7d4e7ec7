-- The trail of everything that was changed, one chain of hashes per stream: an agency, or
-- security, publish, roadmap, jobs. Rows come in through audit_append alone, as the last
-- statement of the transaction they tell of; a changed, removed or inserted row breaks the
-- chain. A chain cannot show that its end was cut off: for that its heads are anchored
-- outside of the database, and here, every hour.

CREATE TABLE audit_entries (
    stream     text NOT NULL,
    seq        bigint NOT NULL CONSTRAINT audit_entries_seq_check CHECK (seq >= 1),
    at         timestamptz NOT NULL,
    actor_id   bigint,                   -- the account; null: the program itself
    role       text NOT NULL,            -- empty: none
    agency     text NOT NULL,            -- code; empty: none
    request_id text NOT NULL,            -- empty: not from a request
    action     text NOT NULL,
    object     text NOT NULL,
    detail     text NOT NULL,            -- JSON of what changed, before and after
    hash       bytea NOT NULL CONSTRAINT audit_entries_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT audit_entries_pkey PRIMARY KEY (stream, seq)
);
CREATE INDEX audit_entries_at_idx ON audit_entries (at, stream, seq);
CREATE INDEX audit_entries_actor_id_idx ON audit_entries (actor_id, at);

-- Where each chain ends. Its row is locked while an entry is added, so that there are no gaps.
CREATE TABLE audit_heads (
    stream text PRIMARY KEY,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL
);

CREATE TABLE audit_anchors (
    at     timestamptz NOT NULL,
    stream text NOT NULL,
    seq    bigint NOT NULL,
    hash   bytea NOT NULL,
    CONSTRAINT audit_anchors_pkey PRIMARY KEY (stream, at)
);

-- Every field with its length before it, and moments as microseconds since 1970, so that
-- the hash depends on no setting of the session.
CREATE FUNCTION audit_field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8')
$$;

CREATE FUNCTION audit_hash(previous bytea, e audit_entries) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(previous || audit_field(e.stream) || int8send(e.seq) || int8send((extract(epoch FROM e.at) * 1000000)::bigint)
        || int8send(coalesce(e.actor_id, 0)) || audit_field(e.role) || audit_field(e.agency) || audit_field(e.request_id)
        || audit_field(e.action) || audit_field(e.object) || audit_field(e.detail))
$$;

CREATE FUNCTION audit_append(stream text, at timestamptz, actor_id bigint, role text, agency text, request_id text,
                             action text, object text, detail text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_heads;
    e    audit_entries;
BEGIN
    INSERT INTO audit_heads VALUES (audit_append.stream, 0, ''::bytea) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_heads h WHERE h.stream = audit_append.stream FOR UPDATE;
    e := ROW(audit_append.stream, head.seq + 1, audit_append.at, audit_append.actor_id, audit_append.role, audit_append.agency,
             audit_append.request_id, audit_append.action, audit_append.object, audit_append.detail, ''::bytea);
    e.hash := audit_hash(head.hash, e);
    INSERT INTO audit_entries SELECT e.*;
    UPDATE audit_heads h SET seq = e.seq, hash = e.hash WHERE h.stream = e.stream;
    RETURN e.seq;
END $$;

-- The first entry of each stream at which the chain is broken: an entry that does not fit
-- the one before it, a gap, or a head that is not the last entry. No row: all is well.
CREATE FUNCTION audit_broken() RETURNS TABLE (stream text, seq bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH chained AS (
        SELECT e, lag(e.seq, 1, 0::bigint) OVER w AS seq_before, lag(e.hash, 1, ''::bytea) OVER w AS hash_before
        FROM audit_entries e WINDOW w AS (PARTITION BY e.stream ORDER BY e.seq)
    ), wrong AS (
        SELECT (e).stream, (e).seq FROM chained WHERE (e).seq <> seq_before + 1 OR (e).hash <> audit_hash(hash_before, e)
        UNION ALL
        SELECT coalesce(h.stream, l.stream), least(coalesce(h.seq, 0), coalesce(l.seq, 0)) + (h.seq IS DISTINCT FROM l.seq)::int
        FROM audit_heads h
        FULL JOIN (SELECT DISTINCT ON (stream) stream, seq, hash FROM audit_entries ORDER BY stream, seq DESC) l ON l.stream = h.stream
        WHERE h.seq IS DISTINCT FROM l.seq OR h.hash IS DISTINCT FROM l.hash
    )
    SELECT stream, min(seq) FROM wrong GROUP BY stream ORDER BY stream
$$;

CREATE TRIGGER audit_entries_insert_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_anchors_insert_only BEFORE UPDATE OR DELETE ON audit_anchors FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_anchors_no_truncate BEFORE TRUNCATE ON audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

REVOKE ALL ON FUNCTION audit_append(text, timestamptz, bigint, text, text, text, text, text, text), audit_broken() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text, timestamptz, bigint, text, text, text, text, text, text), audit_broken() TO peta_web, peta_job;
GRANT SELECT ON audit_entries, audit_heads, audit_anchors TO peta_web, peta_job, peta_ro;
GRANT INSERT ON audit_anchors TO peta_job;
