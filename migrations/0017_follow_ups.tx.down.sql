DROP TABLE follow_up_events, follow_ups;
