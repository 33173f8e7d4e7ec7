DROP TABLE evidence, report_events, report_revisions, reports;
DROP FUNCTION forbid_change_of_evidence();
