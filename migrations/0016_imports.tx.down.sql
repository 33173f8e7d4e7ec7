DROP TABLE import_mappings, imports;
