DROP TABLE exceptions, periods, holidays;
