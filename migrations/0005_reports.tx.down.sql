DROP TABLE evidence, report_events, report_revisions, reports;
