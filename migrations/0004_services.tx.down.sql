DROP TABLE satisfaction_results, service_results, standards, offerings, services;
DROP FUNCTION sums_fit_answers(int[], int[]);
