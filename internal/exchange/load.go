package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Row is one target of the year that is due in a period, as it stands in a sheet.
type Row struct {
	report.Key
	SeriesID   int64
	AgencyName string
	ShortName  string
	Parent     string // code of the agency above, or empty

	Name             string
	Definition       string
	Kind             scoring.Kind
	Direction        scoring.Direction
	Frequency        scoring.Frequency
	Unit             string
	Decimals         int
	NumeratorLabel   string
	DenominatorLabel string
	EvidenceRule     string
	Choices          []Choice // of a predicate, a milestone, yes or no; nil otherwise

	TargetValue, TargetLow, TargetHigh *decimal.Decimal

	ReportID int64 // 0: there is none yet
	Status   report.Status
	Revision int
	Version  int // 0: there is none yet
	Value    report.Value
	Typed    map[string]string
	Hidden   bool // the viewer may not see the draft

	Last    *report.Value // of the quarter before in which it was due; nil: none handed in
	Prefill *report.Value // offered where nothing was typed; nil: nothing to offer
	From    string        // where the prefill comes from, in words
}

// Choice is a value that may be chosen.
type Choice struct {
	Value decimal.Decimal
	Code  string // short, as people write it: "BB", "40", "ya"
	Label string // as it is listed: "BB – Sangat baik"
}

// form says which values the row can have.
func (r *Row) form() report.Form {
	f := report.Form{Kind: r.Kind}
	for _, c := range r.Choices {
		switch r.Kind {
		case scoring.KindMilestone:
			f.Percents = append(f.Percents, c.Value.Trim(0).String())
		case scoring.KindPredicate:
			if n, _, ok := c.Value.Int64(0); ok {
				f.MaxOrdinal = max(f.MaxOrdinal, int(n))
			}
		}
	}
	return f
}

// isEmpty says that nothing was typed or saved in the row.
func (r *Row) isEmpty() bool {
	v := r.Value
	return v.Actual == nil && v.Numerator == nil && v.Denominator == nil && !v.NotApplicable && v.Note == "" &&
		v.Obstacle == "" && v.NextStep == "" && v.NextStepOwner == "" && v.NextStepDue == nil && len(r.Typed) == 0
}

// rowColumns are the columns of a row as the query gives them.
type rowColumns struct {
	SeriesID                           int64
	Agency, AgencyName, ShortName      string
	Parent                             string
	Indicator, Name, Definition        string
	Kind                               scoring.Kind
	Direction                          scoring.Direction
	Frequency                          scoring.Frequency
	Unit                               string
	Decimals                           int
	NumeratorLabel, DenominatorLabel   string
	EvidenceRule                       string
	SheetID                            int64
	ScaleCode                          string
	TargetValue, TargetLow, TargetHigh *decimal.Decimal
	ReportID                           int64
	Status                             report.Status
	Revision, Version                  int
	Actual, Numerator, Denominator     *decimal.Decimal
	NotApplicable                      bool
	Note, Obstacle, NextStep           string
	NextStepOwner                      string
	NextStepDue                        *time.Time
	Typed                              map[string]string `bun:"type:jsonb"`
	LastActual, LastNumer, LastDenom   *decimal.Decimal
	LastHandedIn, LastNotApplicable    bool
}

// DueRows reads what is due in a period of all agencies that the user may see, by agency and
// indicator.
func DueRows(ctx context.Context, db bun.IDB, by *account.User, p roadmap.Period) ([]*Row, error) {
	return loadRows(ctx, db, by, "", p)
}

// loadRows reads the rows of a period of one agency, or of all that the user may see when
// agency is empty, by agency and indicator: in three queries, however many there are.
func loadRows(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period) ([]*Row, error) {
	where := bun.SafeQuery("TRUE")
	if agency != "" {
		where = bun.SafeQuery("a.code = ?", agency)
	}
	var columns []rowColumns
	// The quarter before in which an indicator is due lies one, two or four quarters back.
	before := func(n int) roadmap.Period {
		q := p
		for range n {
			q = q.Previous()
		}
		return q
	}
	err := db.NewRaw(`
		SELECT ts.id AS series_id, a.code AS agency, a.name AS agency_name, a.short_name, coalesce(up.code, '') AS parent,
			i.code AS indicator, s.name, s.definition, s.kind, s.direction, s.frequency, s.unit, s.decimals, s.numerator_label, s.denominator_label,
			s.evidence_rule, s.id AS sheet_id, s.scale_code,
			t.value AS target_value, t.low AS target_low, t.high AS target_high,
			coalesce(r.id, 0) AS report_id, coalesce(r.status, 'draft') AS status, coalesce(r.revision, 0) AS revision, coalesce(r.version, 0) AS version,
			r.actual, r.numerator, r.denominator, coalesce(r.not_applicable, false) AS not_applicable, coalesce(r.note, '') AS note,
			coalesce(r.obstacle, '') AS obstacle, coalesce(r.next_step, '') AS next_step, coalesce(r.next_step_owner, '') AS next_step_owner,
			r.next_step_due, coalesce(r.typed, '{}') AS typed,
			l.actual AS last_actual, l.numerator AS last_numer, l.denominator AS last_denom, coalesce(l.not_applicable, false) AS last_not_applicable,
			l.id IS NOT NULL AS last_handed_in
		FROM target_series ts
		JOIN agencies a ON a.id = ts.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN LATERAL (SELECT s.* FROM indicator_sheets s JOIN roadmap_versions v ON v.id = s.version_id
			WHERE s.indicator_id = i.id AND v.first_year <= ? ORDER BY v.number DESC LIMIT 1) s ON true
		JOIN LATERAL (SELECT value, low, high FROM targets WHERE series_id = ts.id AND year = ? ORDER BY revision DESC LIMIT 1) t
			ON coalesce(t.value, t.low) IS NOT NULL
		LEFT JOIN reports r ON r.series_id = ts.id AND r.year = ? AND r.quarter = ?
		LEFT JOIN LATERAL (SELECT rr.* FROM reports o JOIN report_revisions rr ON rr.report_id = o.id AND rr.revision = o.revision
			WHERE o.series_id = ts.id AND (o.year, o.quarter) = CASE s.frequency
				WHEN 'triwulanan' THEN (?, ?) WHEN 'semesteran' THEN (?, ?) ELSE (?, ?) END) l ON true
		WHERE ?
		ORDER BY a.code COLLATE "C", i.code COLLATE "C"`,
		p.Year, p.Year, p.Year, p.Quarter,
		before(1).Year, before(1).Quarter, before(2).Year, before(2).Quarter, before(4).Year, before(4).Quarter, where).Scan(ctx, &columns)
	if err != nil {
		return nil, fmt.Errorf("read the rows of %s: %w", p, err)
	}
	choices, err := loadChoices(ctx, db, columns)
	if err != nil {
		return nil, err
	}
	var rows []*Row
	for i := range columns {
		c := &columns[i]
		if !c.Frequency.Due(p.Quarter) || !by.MaySeeAgency(c.Agency, c.Parent) {
			continue
		}
		r := c.row(p)
		r.Choices = choices[c.SheetID]
		if own := by.MayReport(c.Agency) || by.MayApprove(c.Agency); !own && c.Revision == 0 {
			r.Hidden, r.Value, r.Typed = true, report.Value{}, nil
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// row shapes the columns.
func (c *rowColumns) row(p roadmap.Period) *Row {
	r := &Row{
		Key: report.Key{Agency: c.Agency, Indicator: c.Indicator, Period: p}, SeriesID: c.SeriesID, AgencyName: c.AgencyName, ShortName: c.ShortName, Parent: c.Parent,
		Name: c.Name, Definition: c.Definition, Kind: c.Kind, Direction: c.Direction, Frequency: c.Frequency, Unit: c.Unit, Decimals: c.Decimals,
		NumeratorLabel: c.NumeratorLabel, DenominatorLabel: c.DenominatorLabel, EvidenceRule: c.EvidenceRule,
		TargetValue: c.TargetValue, TargetLow: c.TargetLow, TargetHigh: c.TargetHigh,
		ReportID: c.ReportID, Status: c.Status, Revision: c.Revision, Version: c.Version, Typed: c.Typed,
		Value: report.Value{Actual: c.Actual, Numerator: c.Numerator, Denominator: c.Denominator, NotApplicable: c.NotApplicable, Note: c.Note,
			Obstacle: c.Obstacle, NextStep: c.NextStep, NextStepOwner: c.NextStepOwner, NextStepDue: c.NextStepDue},
	}
	if c.LastHandedIn {
		r.Last = &report.Value{Actual: c.LastActual, Numerator: c.LastNumer, Denominator: c.LastDenom, NotApplicable: c.LastNotApplicable}
	}
	return r
}

// loadSheet reads the rows like loadRows, and offers in the empty ones what a worksheet offers.
func loadSheet(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time) ([]*Row, error) {
	rows, err := loadRows(ctx, db, by, agency, p)
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	offers, err := report.Offers(ctx, db, by, agency, p, now)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if o := offers[r.Key]; o != nil && r.isEmpty() && r.ReportID == 0 {
			r.Prefill, r.From = &o.Value, o.From
		}
	}
	return rows, nil
}

// loadChoices reads what may be chosen, by the sheet of the indicator.
func loadChoices(ctx context.Context, db bun.IDB, columns []rowColumns) (map[int64][]Choice, error) {
	var sheets []int64
	for i := range columns {
		if k := columns[i].Kind; k == scoring.KindPredicate || k == scoring.KindMilestone {
			sheets = append(sheets, columns[i].SheetID)
		}
	}
	slices.Sort(sheets)
	var steps []struct {
		SheetID int64
		Value   decimal.Decimal
		Code    string
		Label   string
	}
	// Of a scale with several versions the newest is the one that people choose from.
	err := db.NewRaw(`
		SELECT s.id AS sheet_id, st.ordinal::numeric AS value, st.code, st.label
		FROM indicator_sheets s
		JOIN LATERAL (SELECT id FROM scales WHERE code = s.scale_code ORDER BY version DESC LIMIT 1) sc ON true
		JOIN scale_steps st ON st.scale_id = sc.id
		WHERE s.kind = 'predicate' AND s.id = ANY(?)
		UNION ALL
		SELECT st.sheet_id, st.percent, trim_scale(st.percent)::text, st.name
		FROM indicator_steps st WHERE st.sheet_id = ANY(?)
		ORDER BY sheet_id, value`, pgdialect.Array(slices.Compact(sheets)), pgdialect.Array(slices.Compact(sheets))).Scan(ctx, &steps)
	if err != nil {
		return nil, fmt.Errorf("read the choices of indicators: %w", err)
	}
	choices := map[int64][]Choice{}
	kinds := map[int64]scoring.Kind{}
	for i := range columns {
		kinds[columns[i].SheetID] = columns[i].Kind
	}
	for _, s := range steps {
		c := Choice{Value: s.Value.Trim(0), Code: s.Code, Label: s.Code}
		if s.Label != "" && !strings.EqualFold(s.Label, s.Code) {
			c.Label += " – " + s.Label
		}
		choices[s.SheetID] = append(choices[s.SheetID], c)
	}
	yesNo := []Choice{{Value: decimal.One, Code: "ya", Label: "ya"}, {Value: decimal.Zero, Code: "tidak", Label: "tidak"}}
	for id, kind := range kinds {
		switch kind {
		case scoring.KindYesNo:
			choices[id] = yesNo
		case scoring.KindMilestone: // nothing reached yet is a value too
			choices[id] = append([]Choice{{Value: decimal.Zero, Code: "0", Label: "0 – belum mulai"}}, choices[id]...)
		}
	}
	return choices, nil
}

// choiceOf is the choice of a value, or nil.
func (r *Row) choiceOf(d *decimal.Decimal) *Choice {
	for i := range r.Choices {
		if d != nil && r.Choices[i].Value.Equal(*d) {
			return &r.Choices[i]
		}
	}
	return nil
}

// TargetText is the target in words: "85 %", "paling banyak 5 hari".
func (r *Row) TargetText() string {
	if r.TargetLow != nil && r.TargetHigh != nil {
		return Indonesian(*r.TargetLow) + " sampai " + Indonesian(*r.TargetHigh)
	}
	return r.valueText(r.TargetValue)
}

// LastText is the value of the quarter before in words; empty: none.
func (r *Row) LastText() string {
	switch {
	case r.Last == nil:
		return ""
	case r.Last.NotApplicable:
		return "tidak berlaku"
	case r.Last.Numerator != nil && r.Last.Denominator != nil:
		return Indonesian(*r.Last.Numerator) + " dari " + Indonesian(*r.Last.Denominator)
	}
	return r.valueText(r.Last.Actual)
}

// valueText is a figure in words.
func (r *Row) valueText(d *decimal.Decimal) string {
	switch c := r.choiceOf(d); {
	case d == nil:
		return ""
	case c != nil:
		return c.Label
	}
	return Indonesian(*d)
}
