DROP FUNCTION audit_broken, audit_append, audit_hash, audit_field;
DROP TABLE audit_anchors, audit_heads, audit_entries;
