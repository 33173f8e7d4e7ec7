package scorecard

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// recompute scores again from the revisions that the run of a publication named, not from
// what is newest now.
func recompute(ctx context.Context, tx postgres.Tx, p *storedPublication, zone *time.Location) (*results, error) {
	in := &inputs{period: scoring.Period{Year: p.Year, Quarter: p.Quarter}, asOf: p.AsOf, zone: zone}
	if err := in.loadPlan(ctx, tx, nil); err != nil {
		return nil, err
	}
	var rule int64
	if err := tx.NewRaw(`SELECT rule_set_id FROM runs WHERE id = ?`, p.RunID).Scan(ctx, &rule); err != nil {
		return nil, fmt.Errorf("read run %d: %w", p.RunID, err)
	}
	var err error
	if in.rule, err = readRuleSet(ctx, tx, `id = $1`, rule); err != nil {
		return nil, err
	}
	targets, err := namedTargets(ctx, tx, p.RunID)
	if err != nil {
		return nil, fmt.Errorf("read the targets of run %d: %w", p.RunID, err)
	}
	if err := in.loadNamed(ctx, tx, p, targets); err != nil {
		return nil, fmt.Errorf("read the inputs of run %d: %w", p.RunID, err)
	}
	in.dropEmpty()
	return compute(in)
}

func namedTargets(ctx context.Context, tx postgres.Tx, run int64) (map[int64]*targetRow, error) {
	targets := map[int64]*targetRow{}
	err := tx.Stream(ctx, `
		WITH named AS (SELECT target_id, first_target_id FROM run_achievements($1))
		SELECT series_id, year, id, revision, value::text, low::text, high::text, steps::text[], (weight * 100)::bigint, status, reason
		FROM targets WHERE id IN (SELECT target_id FROM named UNION SELECT first_target_id FROM named)`, []any{run}, func(rows pgx.Rows) error {
		for rows.Next() {
			_, _, t, err := scanTarget(rows)
			if err != nil {
				return err
			}
			targets[t.id] = t
		}
		return nil
	})
	return targets, err
}

// loadNamed fills in the targets, reports and exceptions that the rows of the run name.
func (in *inputs) loadNamed(ctx context.Context, tx postgres.Tx, p *storedPublication, targets map[int64]*targetRow) error {
	byID := in.seriesByID()
	return tx.Stream(ctx, `
		SELECT a.series_id, a.year, a.quarter, a.report_status, a.target_id, a.first_target_id,
			coalesce(r.id, 0), coalesce(v.id, 0), coalesce(v.revision, 0), v.actual::text, v.numerator::text, v.denominator::text,
			coalesce(v.not_applicable, false), coalesce(v.note, ''), coalesce(e.evidence_grade, ''),
			coalesce(x.id, 0), coalesce(x.reason, ''), coalesce(x.ends_on, '2000-01-01')
		FROM run_achievements($1) a
		LEFT JOIN reports r ON r.series_id = a.series_id AND r.year = a.year AND r.quarter = a.quarter
		LEFT JOIN report_revisions v ON v.id = a.revision_id
		LEFT JOIN LATERAL (
			SELECT evidence_grade FROM report_events n
			WHERE n.report_id = v.report_id AND n.revision = v.revision AND n.kind = 'verified' AND n.at <= $2
			ORDER BY n.at DESC, n.id DESC LIMIT 1
		) e ON true
		LEFT JOIN exceptions x ON x.id = a.exception_id`, []any{p.RunID, p.AsOf}, func(rows pgx.Rows) error {
		for rows.Next() {
			var series, target, first, exception int64
			var q scoring.Period
			var reason string
			var until time.Time
			var v revisionRow
			var report reportInput
			var actual, numerator, denominator *string
			if err := rows.Scan(&series, &q.Year, &q.Quarter, &report.status, &target, &first, &report.reportID,
				&v.id, &v.revision, &actual, &numerator, &denominator, &v.notApplicable, &v.note, &v.evidence, &exception, &reason, &until); err != nil {
				return err
			}
			s, i := byID[series], in.index(q)
			if s == nil || i < 0 {
				return p.differs("run %d has a row of series %d in %s, which the plan does not have", p.RunID, series, q)
			}
			if err := parseAll(map[*string]**decimal.Decimal{actual: &v.actual, numerator: &v.numerator, denominator: &v.denominator}); err != nil {
				return err
			}
			if v.id != 0 {
				report.verified = &v
			}
			if exception != 0 {
				report.exception = &exceptionRow{id: exception, to: until, reason: reason}
			}
			s.reports[i] = report
			s.years[q.Year-in.years[0].year] = yearTarget{inForce: targets[target], first: targets[first]}
		}
		return nil
	})
}

// achievementLinesQuery and achievementLines write each row of a run as one line in the same
// way, one from the database, the other from what was computed.
const achievementLinesQuery = `
	SELECT concat_ws('|', g.code, i.code, a.year, a.quarter, a.state, a.reason, a.weight, a.as_of_year, a.as_of_quarter,
		coalesce(trim_scale(a.actual)::text, '-'), coalesce(trim_scale(a.actual_numerator)::text, '-'), coalesce(trim_scale(a.actual_denominator)::text, '-'),
		coalesce(trim_scale(a.target)::text, '-'), coalesce(trim_scale(a.target_low)::text, '-'), coalesce(trim_scale(a.target_high)::text, '-'),
		coalesce(a.raw::text, '-'), coalesce(a.scored::text, '-'), coalesce(a.rating, '-'),
		coalesce(trim_scale(a.first_target)::text, '-'), coalesce(trim_scale(a.first_target_low)::text, '-'), coalesce(trim_scale(a.first_target_high)::text, '-'),
		coalesce(a.first_raw::text, '-'), coalesce(a.first_scored::text, '-'))
	FROM run_achievements($1) a JOIN target_series s ON s.id = a.series_id JOIN agencies g ON g.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
	ORDER BY g.code COLLATE "C", i.code COLLATE "C", a.year, a.quarter`

func (r *results) achievementLines() []string {
	var lines []string
	for k, s := range r.series {
		for i, p := range r.periods {
			if !r.has(s, i) {
				continue
			}
			a := &r.achieved[k][i]
			scored := a.State == scoring.Scored
			lines = append(lines, strings.Join([]string{
				s.agency, s.indicator, strconv.Itoa(p.Year), strconv.Itoa(p.Quarter), string(a.State), r.stateReason(k, i),
				scoring.ScaledText(a.Weight, 2), strconv.Itoa(a.AsOf.Year), strconv.Itoa(a.AsOf.Quarter),
				trimmed(exactText(a.Actual, a.HasActual)), dash(exactText(a.Numerator, keepsParts(a))), dash(exactText(a.Denominator, keepsParts(a))),
				dash(exactText(a.Target, a.HasTarget && !a.TargetRange)), dash(exactText(a.TargetLow, a.TargetRange)), dash(exactText(a.TargetHigh, a.TargetRange)),
				dash(figureText(a.Raw, scored)), dash(figureText(a.Scored, scored)), dash(textOrNull(a.Rating)),
				dash(exactText(a.FirstTarget, a.HasFirst && !a.FirstTargetRange)),
				dash(exactText(a.FirstTargetLow, a.HasFirst && a.FirstTargetRange)), dash(exactText(a.FirstTargetHigh, a.HasFirst && a.FirstTargetRange)),
				dash(figureText(a.FirstRaw, scored && a.HasFirst)), dash(figureText(a.FirstScored, scored && a.HasFirst)),
			}, "|"))
		}
	}
	return lines
}

const scoreLinesQuery = `
	SELECT concat_ws('|', year, quarter, level, code, coalesce(score::text, '-'), low, high, coverage, coalesce(rating, '-'),
		(SELECT string_agg(key || '=' || value, ',' ORDER BY key COLLATE "C") FROM jsonb_each_text(ratings)),
		(SELECT string_agg(key || '=' || value, ',' ORDER BY key COLLATE "C") FROM jsonb_each_text(states)),
		coalesce(first_score::text, '-'), coalesce(first_low::text, '-'), coalesce(first_high::text, '-'))
	FROM run_scores($1)
	ORDER BY year, quarter, array_position(ARRAY['city', 'goal', 'objective', 'agency'], level), code COLLATE "C"`

func (r *results) scoreLines() []string {
	var lines []string
	for i, p := range r.periods {
		for _, s := range r.scores[i] {
			parts := []string{
				strconv.Itoa(p.Year), strconv.Itoa(p.Quarter), string(s.Level), s.Code, dash(hundredthsText(s.Score, s.HasScore)),
				scoring.ScaledText(s.Low, 2), scoring.ScaledText(s.High, 2), scoring.ScaledText(s.Coverage, 4), dash(textOrNull(s.Rating)),
			}
			// concat_ws leaves out what is null: an empty count has no part.
			parts = appendCounts(parts, s.Ratings)
			parts = appendCounts(parts, s.States)
			lines = append(lines, strings.Join(append(parts, dash(hundredthsText(s.FirstScore, s.HasFirstScore)),
				dash(hundredthsText(s.FirstLow, s.HasFirst)), dash(hundredthsText(s.FirstHigh, s.HasFirst))), "|"))
		}
	}
	return lines
}

func appendCounts[K ~string](parts []string, counts map[K]int) []string {
	if len(counts) == 0 {
		return parts
	}
	var all []string
	for _, key := range sortedKeys(counts) {
		all = append(all, string(key)+"="+strconv.Itoa(counts[key]))
	}
	return append(parts, strings.Join(all, ","))
}

func dash(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

// trimmed is dash without zeros at the end, as trim_scale writes: a value that does not end
// may have one in its twelfth decimal.
func trimmed(s *string) string {
	text := dash(s)
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func figureText(x scoring.Ratio, there bool) *string {
	if !there {
		return nil
	}
	return shownText(x)
}

// compareLines compares the rows of a run with what was computed, line by line.
func (p *storedPublication) compareLines(ctx context.Context, tx postgres.Tx, what, query string, want []string) error {
	n := 0
	err := tx.Stream(ctx, query, []any{p.RunID}, func(rows pgx.Rows) error {
		for ; rows.Next(); n++ {
			var got string
			if err := rows.Scan(&got); err != nil {
				return err
			}
			if n >= len(want) || got != want[n] {
				expected := "no such row"
				if n < len(want) {
					expected = want[n]
				}
				return p.differs("%s of run %d differs\n  stored:     %s\n  recomputed: %s", what, p.RunID, got, expected)
			}
		}
		return nil
	})
	if err == nil && n != len(want) {
		return p.differs("run %d has %d %s rows, %d were computed", p.RunID, n, what, len(want))
	}
	return err
}

// changedSeries names the series whose inputs are not those the run recorded.
func (r *results) changedSeries(ctx context.Context, tx postgres.Tx, run int64) string {
	recorded := map[int64][32]byte{}
	err := tx.Stream(ctx, `
		SELECT DISTINCT ON (h.series_id) h.series_id, h.input_hash
		FROM run_series h JOIN runs r ON h.run_id IN (r.id, r.base_id) WHERE r.id = $1 ORDER BY h.series_id, h.run_id DESC`,
		[]any{run}, func(rows pgx.Rows) error {
			for rows.Next() {
				var id int64
				var hash []byte
				if err := rows.Scan(&id, &hash); err != nil {
					return err
				}
				recorded[id] = [32]byte(hash)
			}
			return nil
		})
	if err != nil {
		return ""
	}
	for k, s := range r.series {
		if recorded[s.id] != r.hashes[k] {
			return fmt.Sprintf("; first changed: %s of %s", s.indicator, s.agency)
		}
	}
	return ""
}
