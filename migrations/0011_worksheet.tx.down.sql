DROP FUNCTION owed_series;
DROP INDEX report_events_at_idx;
DROP TABLE plausible_ranges, checks, late_entries, report_submissions, report_comments, feed_values, draft_evidence;
ALTER TABLE evidence DROP COLUMN statement;
ALTER TABLE report_revisions DROP COLUMN obstacle, DROP COLUMN next_step, DROP COLUMN next_step_owner, DROP COLUMN next_step_due;
ALTER TABLE reports DROP COLUMN obstacle, DROP COLUMN next_step, DROP COLUMN next_step_owner, DROP COLUMN next_step_due, DROP COLUMN typed;
