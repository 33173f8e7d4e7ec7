REVOKE DELETE ON plausible_ranges FROM peta_web;
REVOKE UPDATE (name, needs_check, source), DELETE ON holidays FROM peta_web;
REVOKE UPDATE (valid_from, valid_to) ON agency_names FROM peta_web;
REVOKE UPDATE (name, short_name, parent_id, public_facing, reports, website, valid_to, note) ON agencies FROM peta_web;
REVOKE UPDATE (name) ON services FROM peta_web;
REVOKE UPDATE (valid_to) ON scales, rule_sets FROM peta_web;
REVOKE INSERT ON roadmap_versions, goals, objectives, indicators, indicator_sheets, indicator_steps, scales, scale_steps, rule_sets,
    services, offerings, agencies, agency_names, holidays FROM peta_web;
DROP TABLE agency_successions, clause_links, clauses, roadmap_drafts;
