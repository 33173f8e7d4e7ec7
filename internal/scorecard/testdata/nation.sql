-- A nation: ?0 cities of 51 agencies under the plan that is loaded, with 20 quarters of
-- reports. An agency has 11 or 12 of the 44 indicators of the plan. One target in fifty was
-- amended once. One report in a hundred is not there and one is not verified yet.
-- Statements end at a semicolon followed by an empty line.

INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
SELECT format('k%s-a%s', to_char(c, 'FM000'), to_char(a, 'FM00')), 'dinas', format('Instansi %s Kota %s', a, c), format('I%s K%s', a, c),
    (SELECT code FROM areas WHERE level = 'kota'), true, true, DATE '2025-01-01', 'dibangkitkan', 'low'
FROM generate_series(1, ?0) c, generate_series(1, 51) a ORDER BY c, a;

INSERT INTO periods (year, quarter, opens_at, due_at, closes_at, publish_by)
SELECT y, q, e, e + interval '14 days', e + interval '20 days', e + interval '30 days'
FROM generate_series(2025, 2029) y, generate_series(1, 4) q, LATERAL (SELECT make_timestamptz(y, q * 3, 1, 0, 0, 0) + interval '1 month' AS e) e;

INSERT INTO target_series (agency_id, indicator_id)
SELECT a.id, i.id
FROM (SELECT id, row_number() OVER (ORDER BY code) AS n FROM agencies WHERE code ~ '^k[0-9]{3}-a') a,
    generate_series(0, 10 + (a.n * 23 % 51 < 23)::int) k,
    (SELECT id, row_number() OVER (ORDER BY code) - 1 AS n FROM indicators) i
WHERE i.n = (a.n * 5 + k * 7) % 44
ORDER BY a.n, k;

-- What the real city promised for the indicator; where it promised a range, its middle.
INSERT INTO targets (series_id, year, revision, value, weight, status, clause, reason, legal_basis, recorded_at)
SELECT s.id, p.year, r, round(p.value * CASE r WHEN 1 THEN 1.05 ELSE 1 END, 2),
    CASE s.k WHEN 1 THEN 100 - trunc(100.0 / s.n, 2) * (s.n - 1) ELSE trunc(100.0 / s.n, 2) END,
    'contoh', 'dibangkitkan', CASE r WHEN 1 THEN '' ELSE 'diubah' END, CASE r WHEN 1 THEN '' ELSE 'keputusan' END,
    TIMESTAMPTZ '2025-01-02 00:00:00Z' + r * interval '1 day'
FROM (SELECT s.*, count(*) OVER (PARTITION BY agency_id) AS n, row_number() OVER (PARTITION BY agency_id ORDER BY s.id) AS k
    FROM target_series s JOIN agencies a ON a.id = s.agency_id WHERE a.code ~ '^k[0-9]{3}-a') s
JOIN (SELECT DISTINCT ON (s.indicator_id, t.year) s.indicator_id, t.year, coalesce(t.value, (t.low + t.high) / 2) AS value
    FROM targets t JOIN target_series s ON s.id = t.series_id ORDER BY s.indicator_id, t.year, t.id) p ON p.indicator_id = s.indicator_id,
    generate_series(1, 1 + (hashint8(s.id * 10 + p.year) % 50 = 0)::int) r
ORDER BY s.id, p.year, r;

INSERT INTO reports (series_id, year, quarter, status, revision, updated_at)
SELECT s.id, p.year, p.quarter, CASE abs(hashint8(s.id * 32 + p.year * 4 + p.quarter) % 100) WHEN 1 THEN 'submitted' ELSE 'verified' END, 1, p.opens_at + interval '2 days'
FROM target_series s JOIN agencies a ON a.id = s.agency_id JOIN indicator_sheets h ON h.indicator_id = s.indicator_id, periods p
WHERE a.code ~ '^k[0-9]{3}-a' AND p.quarter % CASE h.frequency WHEN 'tahunan' THEN 4 WHEN 'semesteran' THEN 2 ELSE 1 END = 0
    AND hashint8(s.id * 32 + p.year * 4 + p.quarter) % 100 <> 0
ORDER BY s.id, p.year, p.quarter;

-- Between 85 and 110 per cent of the target; a fraction of up to 3,100 cases.
INSERT INTO report_revisions (report_id, revision, actual, numerator, denominator, handed_in_at)
SELECT r.id, 1,
    CASE h.kind WHEN 'fraction' THEN NULL WHEN 'yesno' THEN (x % 10 > 0)::int ELSE round(t.value * part * CASE WHEN h.consolidation = 'sum' THEN span ELSE 1 END, h.decimals) END,
    CASE h.kind WHEN 'fraction' THEN least(cases, round(cases * t.value / 100 * part)) END,
    CASE h.kind WHEN 'fraction' THEN cases END,
    r.updated_at
FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id
JOIN indicator_sheets h ON h.indicator_id = s.indicator_id JOIN targets t ON t.series_id = s.id AND t.year = r.year AND t.revision = 1,
    LATERAL (SELECT abs(hashint8(r.id)::bigint) AS x) x,
    LATERAL (SELECT (85 + x % 26) / 100.0 AS part, 100 + x / 26 % 3000 AS cases,
        CASE h.frequency WHEN 'tahunan' THEN 1 WHEN 'semesteran' THEN 0.5 ELSE 0.25 END AS span) y
WHERE a.code ~ '^k[0-9]{3}-a'
ORDER BY r.id;

INSERT INTO report_events (report_id, revision, kind, at, by_role, evidence_grade)
SELECT r.id, 1, e.kind, r.updated_at + e.after, e.role, e.grade
FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id,
    (VALUES (1, 'submitted', interval '0', 'operator', NULL), (2, 'approved', interval '1 day', 'kepala', NULL),
        (3, 'verified', interval '3 days', 'organisasi', 'dokumen_diperiksa')) AS e (n, kind, after, role, grade)
WHERE a.code ~ '^k[0-9]{3}-a' AND (r.status = 'verified' OR e.n = 1)
ORDER BY r.id, e.n;

