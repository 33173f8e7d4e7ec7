DROP TABLE publication_intents, publications;
