DROP TABLE satisfaction_results, service_results, standards, offerings, services;
