DROP FUNCTION run_scores(bigint);
DROP FUNCTION run_achievements(bigint);
DROP TABLE scores, achievements, run_series, runs;
