package machine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Due is a report that a token may fill, as the program reads it.
type Due struct {
	Agency           string            `json:"agency"`
	AgencyName       string            `json:"agency_name"`
	Indicator        string            `json:"indicator"`
	Name             string            `json:"name"`
	Period           roadmap.Period    `json:"period"`
	Kind             scoring.Kind      `json:"kind"`
	Direction        scoring.Direction `json:"direction"`
	Frequency        scoring.Frequency `json:"frequency"`
	Unit             string            `json:"unit"`
	Decimals         int               `json:"decimals"`
	NumeratorLabel   string            `json:"numerator_label"`
	DenominatorLabel string            `json:"denominator_label"`
	Choices          []Choice          `json:"choices"` // empty where the value is free
	State            State             `json:"state"`
	Writable         bool              `json:"writable"` // a delivery would be taken now
	Version          int               `json:"version"`  // 0: nothing was saved yet
	Draft            *Draft            `json:"draft"`    // null: nothing was saved yet
}

// Choice is a value that may be chosen.
type Choice struct {
	Value decimal.Decimal `json:"value"`
	Code  string          `json:"code"`
	Label string          `json:"label"`
}

// Draft is what stands in the working copy.
type Draft struct {
	Value         *decimal.Decimal `json:"value"`
	Numerator     *decimal.Decimal `json:"numerator"`
	Denominator   *decimal.Decimal `json:"denominator"`
	NotApplicable bool             `json:"not_applicable"`
	Own           bool             `json:"own"` // this token changed it last
	EditedAt      time.Time        `json:"edited_at"`
}

// State says how far a report has come.
type State string

// StateEmpty is that of a report of which nothing was saved; the others are those of
// report.Status.
const StateEmpty State = "empty"

// States lists all states.
var States = []State{StateEmpty, State(report.Draft), State(report.Submitted), State(report.Approved), State(report.Verified), State(report.Returned)}

// stateOf is the state of a report with so many edits.
func stateOf(s report.Status, version int) State {
	if version == 0 {
		return StateEmpty
	}
	return State(s)
}

// DuePeriod is the period that a program is asked for when it names none: the newest that was
// opened. NotFound where none was.
func DuePeriod(ctx context.Context, db bun.IDB) (roadmap.Period, error) {
	periods, err := roadmap.Periods(ctx, db)
	if err != nil {
		return roadmap.Period{}, err
	}
	for i := len(periods) - 1; i >= 0; i-- {
		if periods[i].OpenedAt != nil {
			return periods[i].Period, nil
		}
	}
	return roadmap.Period{}, fault.New(fault.NotFound, "Belum ada periode yang dibuka.")
}

// ListDue reads what the program may fill in a period, by agency and indicator. NotFound where
// there is no such period.
func ListDue(ctx context.Context, db bun.IDB, p *Principal, period roadmap.Period, now time.Time) ([]Due, error) {
	rows, err := rowsOf(ctx, db, p, period)
	if err != nil {
		return nil, err
	}
	o, err := readOpenings(ctx, db, period, now)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.ReportID)
	}
	editions, err := readEditions(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	due := make([]Due, len(rows))
	for i, r := range rows {
		due[i] = dueOf(r, p, editions[r.ReportID], o)
	}
	return due, nil
}

// rowsOf are the rows of the period that the token covers.
func rowsOf(ctx context.Context, db bun.IDB, p *Principal, period roadmap.Period) ([]*exchange.Row, error) {
	rows, err := exchange.DueRows(ctx, db, p.User, period)
	if err != nil {
		return nil, err
	}
	covered := rows[:0]
	for _, r := range rows {
		if p.Token.covers(r.Agency, r.Indicator) && p.User.MayReport(r.Agency) {
			covered = append(covered, r)
		}
	}
	return covered, nil
}

func dueOf(r *exchange.Row, p *Principal, e edition, o *openings) Due {
	d := Due{
		Agency: r.Agency, AgencyName: r.AgencyName, Indicator: r.Indicator, Name: r.Name, Period: r.Period,
		Kind: r.Kind, Direction: r.Direction, Frequency: r.Frequency, Unit: r.Unit, Decimals: r.Decimals,
		NumeratorLabel: r.NumeratorLabel, DenominatorLabel: r.DenominatorLabel, Choices: []Choice{},
		State: stateOf(r.Status, r.Version), Version: r.Version,
	}
	for _, c := range r.Choices {
		d.Choices = append(d.Choices, Choice{c.Value, c.Code, c.Label})
	}
	editable := r.Status == report.Draft || r.Status == report.Returned
	d.Writable = editable && (o.open || e.Reopened || o.opened && (o.late[[2]string{r.Agency, ""}] || o.late[[2]string{r.Agency, r.Indicator}]))
	if r.Version > 0 {
		d.Draft = &Draft{trim(r.Value.Actual), trim(r.Value.Numerator), trim(r.Value.Denominator), r.Value.NotApplicable, e.UpdatedBy == p.User.ID, e.UpdatedAt.UTC()}
	}
	return d
}

// trim is the number without the zeros that its column adds.
func trim(d *decimal.Decimal) *decimal.Decimal {
	if d == nil {
		return nil
	}
	return new(d.Trim(0))
}

// openings say where a period takes reports.
type openings struct {
	open, opened bool
	late         map[[2]string]bool // agency and indicator, or "" for all of the agency
}

func readOpenings(ctx context.Context, db bun.IDB, period roadmap.Period, now time.Time) (*openings, error) {
	periods, err := roadmap.Periods(ctx, db)
	if err != nil {
		return nil, err
	}
	o := &openings{late: map[[2]string]bool{}}
	known := false
	for _, r := range periods {
		if r.Period == period {
			known, o.open, o.opened = true, r.Takes(now), r.OpenedAt != nil
		}
	}
	if !known {
		return nil, fault.New(fault.NotFound, "Periode %s tidak ada.", period)
	}
	var rows []struct{ Agency, Indicator string }
	err = db.NewRaw(`
		SELECT a.code AS agency, coalesce(i.code, '') AS indicator
		FROM late_entries e JOIN agencies a ON a.id = e.agency_id LEFT JOIN indicators i ON i.id = e.indicator_id
		WHERE e.year = ? AND e.quarter = ? AND e.revoked_at IS NULL AND e.ends_at > ?`, period.Year, period.Quarter, now).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read late entries: %w", err)
	}
	for _, r := range rows {
		o.late[[2]string{r.Agency, r.Indicator}] = true
	}
	return o, nil
}

// edition is who changed a report last, and whether it was reopened since it was verified.
type edition struct {
	ID        int64
	UpdatedBy int64
	UpdatedAt time.Time
	Reopened  bool
}

func readEditions(ctx context.Context, db bun.IDB, reports []int64) (map[int64]edition, error) {
	var rows []edition
	err := db.NewRaw(`
		SELECT r.id, coalesce(r.updated_by, 0) AS updated_by, r.updated_at,
			coalesce((SELECT kind FROM report_events WHERE report_id = r.id AND kind IN ('verified', 'reopened') ORDER BY id DESC LIMIT 1) = 'reopened', false) AS reopened
		FROM reports r WHERE r.id = ANY (?)`, pgdialect.Array(reports)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read who changed reports last: %w", err)
	}
	editions := make(map[int64]edition, len(rows))
	for _, e := range rows {
		editions[e.ID] = e
	}
	return editions, nil
}

// FindDue reads one report. NotFound and Forbidden as Deliver refuses it.
func FindDue(ctx context.Context, db bun.IDB, p *Principal, k report.Key, now time.Time) (*Due, error) {
	rows, err := exchange.DueRows(ctx, db, p.User, k.Period)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(rows, func(r *exchange.Row) bool { return r.Key == k })
	var row *exchange.Row
	if at >= 0 {
		row = rows[at]
	}
	if no := p.refuses(&Item{Key: k}, row); no != nil {
		kind := fault.NotFound
		if no.Status == http.StatusForbidden {
			kind = fault.Forbidden
		}
		return nil, fault.New(kind, "%s", no.Text)
	}
	o, err := readOpenings(ctx, db, k.Period, now)
	if err != nil {
		return nil, err
	}
	editions, err := readEditions(ctx, db, []int64{row.ReportID})
	if err != nil {
		return nil, err
	}
	return new(dueOf(row, p, editions[row.ReportID], o)), nil
}
