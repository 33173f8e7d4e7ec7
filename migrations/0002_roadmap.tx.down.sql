DROP TABLE targets, target_series, baselines, indicator_steps, indicator_sheets, indicators, objectives, goals,
    roadmap_versions, rule_sets, scale_steps, scales, agency_names, agencies, areas;
