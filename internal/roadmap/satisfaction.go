package roadmap

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
)

// Satisfaction is the result of the survey (SKM) of an agency and half-year, as sums and
// numbers of answers of the nine elements, in the order of scoring.Elements.
type Satisfaction struct {
	Agency      string // code
	Year, Half  int
	Source      string // "sukma-e" or "sendiri"
	Population  *int   // nil: not stated
	Respondents int
	Sums        [9]int
	Answers     [9]int
	Published   *decimal.Decimal // the index as the source printed it; nil: it did not
}

// AddSatisfaction records results as new revisions; those there are stay. A result that
// says the same as the newest revision is left out. It returns how many were recorded.
func AddSatisfaction(ctx context.Context, db bun.IDB, results []Satisfaction, now time.Time) (int, error) {
	type row struct {
		Agency      string           `json:"agency"`
		Year        int              `json:"year"`
		Half        int              `json:"half"`
		Source      string           `json:"source"`
		Population  *int             `json:"population"`
		Respondents int              `json:"respondents"`
		Sums        [9]int           `json:"sums"`
		Answers     [9]int           `json:"answers"`
		Published   *decimal.Decimal `json:"published"`
	}
	rows := make([]row, len(results))
	for i, r := range results {
		rows[i] = row(r)
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return 0, fmt.Errorf("write results of surveys: %w", err)
	}
	done, err := db.NewRaw(`
		INSERT INTO satisfaction_results (agency_id, year, half, revision, source, population, respondents, sums, answers, published_ikm, recorded_at)
		SELECT a.id, n.year, n.half, coalesce(o.revision, 0) + 1, n.source, n.population, n.respondents, s.sums, s.answers, n.published, ?
		FROM jsonb_to_recordset(?::jsonb) AS n (agency text, year int, half int, source text, population int, respondents int, sums jsonb, answers jsonb, published numeric(5, 2))
		JOIN agencies a ON a.code = n.agency
		CROSS JOIN LATERAL (SELECT ARRAY(SELECT jsonb_array_elements_text(n.sums)::int) AS sums, ARRAY(SELECT jsonb_array_elements_text(n.answers)::int) AS answers) s
		LEFT JOIN LATERAL (SELECT * FROM satisfaction_results r WHERE r.agency_id = a.id AND r.year = n.year AND r.half = n.half ORDER BY revision DESC LIMIT 1) o ON true
		WHERE (o.source, o.population, o.respondents, o.sums, o.answers, o.published_ikm)
			IS DISTINCT FROM (n.source, n.population, n.respondents, s.sums, s.answers, n.published)`,
		now, string(list)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("add results of surveys: %w", err)
	}
	n, err := done.RowsAffected()
	return int(n), err
}
