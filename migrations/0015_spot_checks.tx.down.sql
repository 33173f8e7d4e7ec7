DROP TABLE spot_results, spot_members, spot_samples, spot_rules;
