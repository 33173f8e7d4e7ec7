-- The achievements of a nation as nation.sql makes it, in one statement: what a programmer
-- would write who needs neither roll-ups nor anything that the generated inputs do not hold
-- (exceptions, ranges, steps, reports that do not apply, several versions of the roadmap,
-- targets of zero). ?0 is the run, ?1 the first of the series, ?2 the moment.
INSERT INTO baseline
WITH line AS (
    SELECT s.id AS series_id, h.kind, h.direction, h.consolidation,
        CASE h.frequency WHEN 'tahunan' THEN 4 WHEN 'semesteran' THEN 2 ELSE 1 END AS span
    FROM target_series s JOIN indicator_sheets h ON h.indicator_id = s.indicator_id
    WHERE s.id >= ?1
), promise AS MATERIALIZED (
    SELECT DISTINCT ON (series_id, year) series_id, year, id, value, weight,
        first_value(id) OVER w AS first_id, first_value(value) OVER w AS first_value
    FROM targets WHERE series_id >= ?1 AND recorded_at <= ?2
    WINDOW w AS (PARTITION BY series_id, year ORDER BY revision)
    ORDER BY series_id, year, revision DESC
), report AS (
    SELECT r.series_id, r.year, r.quarter, last.kind, v.id AS revision_id, coalesce(v.numerator, v.actual) AS value, v.denominator
    FROM reports r
    JOIN (SELECT DISTINCT ON (report_id) report_id, kind FROM report_events
        WHERE at <= ?2 ORDER BY report_id DESC, at DESC, id DESC) last ON last.report_id = r.id
    LEFT JOIN (SELECT DISTINCT ON (report_id) report_id, revision FROM report_events
        WHERE at <= ?2 AND kind = 'verified' ORDER BY report_id DESC, at DESC, id DESC) verified ON verified.report_id = r.id
    LEFT JOIN report_revisions v ON v.report_id = r.id AND v.revision = verified.revision
    WHERE r.series_id >= ?1
), due AS (
    SELECT l.*, y AS year, q AS quarter, r.kind AS event, r.revision_id, r.value, r.denominator
    FROM line l CROSS JOIN generate_series(2025, 2029) y CROSS JOIN generate_series(1, 4) q
    LEFT JOIN report r ON r.series_id = l.series_id AND r.year = y AND r.quarter = q
    WHERE q % l.span = 0
), to_date AS (
    SELECT series_id, kind, direction, consolidation, span, year, quarter, event, revision_id,
        CASE consolidation WHEN 'last' THEN value ELSE sum(value) OVER w END AS numerator,
        CASE WHEN kind <> 'fraction' THEN CASE consolidation WHEN 'average' THEN count(value) OVER w ELSE 1 END
            WHEN consolidation = 'last' THEN denominator ELSE sum(denominator) OVER w END AS denominator,
        -- The gap that decides: of this period, else the first of the year; odd where a report waits.
        CASE WHEN revision_id IS NULL THEN (event IS NOT NULL)::int
            WHEN consolidation <> 'last' THEN min(CASE WHEN revision_id IS NULL THEN quarter * 2 + (event IS NOT NULL)::int END) OVER w END AS gap
    FROM due WINDOW w AS (PARTITION BY series_id, year ORDER BY quarter ROWS UNBOUNDED PRECEDING)
), target AS (
    SELECT d.*, p.id AS target_id, p.first_id,
        p.value * part AS target, p.first_value * part AS first_target
    FROM to_date d JOIN promise p ON p.series_id = d.series_id AND p.year = d.year,
        LATERAL (SELECT CASE WHEN d.consolidation = 'sum' AND d.kind <> 'fraction' THEN d.quarter / 4.0 ELSE 1 END AS part) part
), quotient AS (
    -- With 24 decimals, so that rounding the quotient is rounding the fraction.
    SELECT *, CASE kind WHEN 'fraction' THEN 10000 ELSE 100 END * numerator::numeric(50, 24) / (denominator * target) AS reached,
        CASE WHEN first_id <> target_id THEN CASE kind WHEN 'fraction' THEN 10000 ELSE 100 END * numerator::numeric(50, 24) / (denominator * first_target) END AS first_reached
    FROM target
), achieved AS (
    SELECT *,
        CASE direction WHEN 'turun' THEN 200 - reached WHEN 'tepat' THEN 100 - abs(reached - 100)
            WHEN 'ya_tidak' THEN CASE WHEN numerator > 0 THEN 100 ELSE 0 END ELSE reached END AS raw,
        CASE WHEN first_id <> target_id THEN CASE direction WHEN 'turun' THEN 200 - first_reached WHEN 'tepat' THEN 100 - abs(first_reached - 100)
            WHEN 'ya_tidak' THEN CASE WHEN numerator > 0 THEN 100 ELSE 0 END ELSE first_reached END END AS first_raw
    FROM quotient
), shown AS (
    SELECT series_id, span, year, quarter, event, revision_id, target, first_target,
        CASE gap % 2 WHEN 0 THEN 'terlambat' WHEN 1 THEN 'menunggu_verifikasi' ELSE 'dinilai' END AS state,
        CASE WHEN gap IS NULL THEN CASE WHEN kind = 'fraction' THEN round(100 * numerator::numeric(50, 24) / denominator, 12)
            WHEN denominator = 1 THEN numerator ELSE round(numerator::numeric(50, 24) / denominator, 12) END END AS actual,
        CASE WHEN gap IS NULL AND (kind = 'fraction' OR denominator <> 1) THEN numerator END AS numerator,
        CASE WHEN gap IS NULL AND (kind = 'fraction' OR denominator <> 1) THEN denominator END AS denominator,
        CASE WHEN gap IS NULL THEN round(raw, 2) END AS raw,
        CASE WHEN gap IS NULL THEN round(least(greatest(raw, 0), 100), 2) END AS scored,
        CASE WHEN gap IS NULL THEN round(coalesce(first_raw, raw), 2) END AS first_raw,
        CASE WHEN gap IS NULL THEN round(least(greatest(coalesce(first_raw, raw), 0), 100), 2) END AS first_scored
    FROM achieved
), carried AS (
    -- A result stands until the next is due.
    SELECT s.*, at / 4 AS in_year, at % 4 + 1 AS in_quarter, k = 0 AS own
    FROM shown s CROSS JOIN LATERAL generate_series(0, span - 1) k, LATERAL (SELECT s.year * 4 + s.quarter - 1 + k AS at) at
    WHERE at < 2030 * 4
    UNION ALL
    SELECT series_id, span, 2025, q, NULL, NULL, NULL, NULL, 'belum_jatuh_tempo', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2025, q, false
    FROM line CROSS JOIN LATERAL generate_series(1, span - 1) q
)
SELECT ?0, c.series_id, c.in_year, c.in_quarter, c.state, '', p.weight, c.year, c.quarter,
    CASE WHEN c.own THEN coalesce(c.event, '') ELSE '' END, CASE WHEN c.own THEN c.revision_id END, p.id, p.first_id, NULL,
    c.actual, c.numerator, c.denominator, c.target, NULL, NULL, c.raw, c.scored,
    CASE WHEN c.scored >= 91 THEN 'sangat_tinggi' WHEN c.scored >= 76 THEN 'tinggi' WHEN c.scored >= 66 THEN 'sedang'
        WHEN c.scored >= 51 THEN 'rendah' WHEN c.scored IS NOT NULL THEN 'sangat_rendah' END,
    c.first_target, NULL, NULL, c.first_raw, c.first_scored
FROM carried c JOIN promise p ON p.series_id = c.series_id AND p.year = c.in_year
