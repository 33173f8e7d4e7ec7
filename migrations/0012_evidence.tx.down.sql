DROP INDEX draft_evidence_sha256_idx, evidence_sha256_idx;
REVOKE UPDATE (is_public) ON evidence FROM peta_web;
DELETE FROM settings WHERE key = 'evidence_quota';
DROP FUNCTION fill_evidence_rules();
DROP TABLE evidence_quotas, evidence_rules, blob_chunks, blobs, evidence_store;
DROP FUNCTION forbid_change_of_blob();
