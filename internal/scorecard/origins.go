package scorecard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// organisasiOffice is how the monitoring unit is named where no agency stands beside an act.
const organisasiOffice = "Bagian Organisasi"

// origins returns by report who handed in, approved and verified it, by office and role.
// It speaks of the verified revision, or of the one that waits where none is verified.
func (r *results) origins(ctx context.Context, tx postgres.Tx) (map[int64]*Provenance, error) {
	type place struct{ k, i int }
	places := map[int64]place{}
	shown := map[int64]int{} // revision
	for k, s := range r.series {
		for i := range s.reports {
			report := &s.reports[i]
			if report.reportID == 0 {
				continue
			}
			places[report.reportID] = place{k, i}
			if report.verified != nil {
				shown[report.reportID] = report.verified.revision
			}
		}
	}
	out := map[int64]*Provenance{}
	verifiedBefore := map[int64]map[int]bool{}
	err := tx.Stream(ctx, `
		SELECT e.report_id, e.revision, e.kind, e.at, e.by_role, coalesce(a.short_name, '')
		FROM report_events e LEFT JOIN agencies a ON a.id = e.by_agency_id
		WHERE e.at <= $1 AND e.kind IN ('submitted', 'approved', 'verified')
		ORDER BY e.report_id, e.at, e.id`, []any{r.asOf}, func(rows pgx.Rows) error {
		for rows.Next() {
			var report int64
			var revision int
			var kind string
			var step Step
			if err := rows.Scan(&report, &revision, &kind, &step.At, &step.Role, &step.Office); err != nil {
				return err
			}
			at, ok := places[report]
			if !ok {
				continue
			}
			input := &r.series[at.k].reports[at.i]
			if kind == "verified" {
				if verifiedBefore[report] == nil {
					verifiedBefore[report] = map[int]bool{}
				}
				verifiedBefore[report][revision] = true
			}
			if input.verified == nil && !input.handedIn() {
				continue // only a draft, or returned: nothing of it is public
			}
			if want := shown[report]; want != 0 && want != revision {
				continue
			}
			if step.Office == "" && step.Role == "organisasi" {
				step.Office = organisasiOffice
			}
			o := out[report]
			if o == nil || o.Revision != revision {
				o = &Provenance{Revision: revision, Evidence: []EvidenceLabel{}}
				out[report] = o
			}
			switch kind {
			case "submitted":
				o.Reported, o.LateEntry = &step, r.lateBy(at.i, step.At)
			case "approved":
				o.Approved = &step
			case "verified":
				o.Verified = &step
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for report, o := range out {
		at := places[report]
		if v := r.series[at.k].reports[at.i].verified; v != nil {
			o.Note = v.note
		}
		for revision := range verifiedBefore[report] {
			if revision < o.Revision {
				o.Corrections++
			}
		}
	}
	return out, r.evidence(ctx, tx, out)
}

// evidence adds the labels of the evidence of the revision shown.
func (r *results) evidence(ctx context.Context, tx postgres.Tx, origins map[int64]*Provenance) error {
	return tx.Stream(ctx, `
		SELECT v.report_id, v.revision, e.kind, e.added_at, e.sha256
		FROM evidence e JOIN report_revisions v ON v.id = e.revision_id
		WHERE e.added_at <= $1 ORDER BY v.report_id, e.added_at, e.sha256`, []any{r.asOf}, func(rows pgx.Rows) error {
		for rows.Next() {
			var report int64
			var revision int
			var label EvidenceLabel
			if err := rows.Scan(&report, &revision, &label.Kind, &label.Date, &label.SHA256); err != nil {
				return err
			}
			if o := origins[report]; o != nil && o.Revision == revision && o.Verified != nil {
				o.Evidence = append(o.Evidence, label)
			}
		}
		return nil
	})
}

// readSatisfaction returns the newest revision known of each agency's survey, of the
// half-years that have ended with the run's period.
func (r *results) readSatisfaction(ctx context.Context, tx postgres.Tx, scales []Scale) ([]Satisfaction, error) {
	grades, err := surveyGrades(scales)
	if err != nil {
		return nil, err
	}
	type row struct {
		Satisfaction
		sums, answers []int32
	}
	rows, err := list(ctx, tx, `
		SELECT a.code, s.year, s.half, s.source, s.population, s.respondents, s.sums, s.answers, s.published_ikm::text
		FROM (
			SELECT DISTINCT ON (agency_id, year, half) * FROM satisfaction_results
			WHERE recorded_at <= $1 AND (year, half * 2) <= ($2, $3)
			ORDER BY agency_id, year, half, revision DESC
		) s JOIN agencies a ON a.id = s.agency_id
		ORDER BY s.year, s.half, a.code COLLATE "C"`, []any{r.asOf, r.period.Year, r.period.Quarter}, func(rows pgx.Rows, x *row) error {
		return rows.Scan(&x.Agency, &x.Year, &x.Half, &x.Source, &x.Population, &x.Respondents, &x.sums, &x.answers, &x.PublishedIKM)
	})
	if err != nil {
		return nil, err
	}
	out := make([]Satisfaction, len(rows))
	for i := range rows {
		s := rows[i].Satisfaction
		if err := s.compute(rows[i].sums, rows[i].answers, grades); err != nil {
			return nil, fmt.Errorf("survey of %s in %d-%d: %w", s.Agency, s.Year, s.Half, err)
		}
		out[i] = s
	}
	return out, nil
}

// compute fills in what follows from the sums and numbers of answers.
func (s *Satisfaction) compute(sums, answers []int32, grades *scoring.Grades) error {
	var sum, count [len(scoring.Elements)]int
	for i := range sum {
		sum[i], count[i] = int(sums[i]), int(answers[i])
	}
	ikm, err := scoring.IKM(sum, count)
	if err != nil {
		return err
	}
	if s.Population != nil {
		n := scoring.MinimumSample(*s.Population)
		s.MinSample = &n
	}
	s.IKM, s.Grade = ikm.Text(2), grades.Of(ikm)
	for i, code := range scoring.Elements {
		value := scoring.NewRatio(25*int64(sum[i]), int64(count[i]))
		s.Elements = append(s.Elements, Element{Code: string(code), Value: value.Text(2), Grade: grades.Of(value)})
	}
	return nil
}

// surveyGrades returns the grades of the survey from the scale "ikm".
func surveyGrades(scales []Scale) (*scoring.Grades, error) {
	for _, s := range scales {
		if s.Code != "ikm" {
			continue
		}
		bands := make([]scoring.Band, len(s.Steps))
		for i, step := range s.Steps {
			b := &bands[len(bands)-1-i]
			b.Code = step.Code
			if step.From == nil {
				continue
			}
			var err error
			if b.From, err = parseNumeric(*step.From); err != nil {
				return nil, err
			}
		}
		return scoring.NewGrades(bands)
	}
	return nil, errors.New("there is no scale ikm")
}

// publishedMoment trims a moment to what canonical JSON and PostgreSQL both keep.
func publishedMoment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
