package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"
	"golang.org/x/sync/errgroup"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// olderPeriods is how many quarters before the period a row shows.
const olderPeriods = 8

// which says which rows of one period are loaded.
type which struct {
	period    roadmap.Period
	agency    string   // code; empty: all
	indicator string   // code; empty: all
	keys      []Key    // nil: no more than the above say
	statuses  []Status // nil: all, also where there is no report
	prefill   bool     // offer what is known from elsewhere
}

// loader reads rows of one period, in a fixed number of queries however many they are.
type loader struct {
	which
	db  bun.IDB
	by  *account.User
	now time.Time

	periods  []roadmap.Reporting // all that exist, oldest first
	own      roadmap.Reporting   // of the period itself
	first    scoring.Period      // of the inputs of the engine
	rules    *ruleBook
	limits   *limits
	rows     []WorksheetRow
	series   []int64
	bySeries map[int64]*WorksheetRow
	byReport map[int64]*WorksheetRow
}

// facts are what the preview, the checks and the rights of a row rest on.
type facts struct {
	sheet
	indicatorID int64
	announced   *int
	rules       *ruleBook
	zone        *time.Location
	now         time.Time
	period      roadmap.Reporting
	scaleCode   string
	sheetID     int64
	shapes      map[int]shape  // by year, where the plan was another
	engine      scoring.Series // inputs up to the period, whose own comes last
	last        *Past          // the due period before, with a value; nil: none
	lastYear    *scoring.Achievement
	ranges      plausible
	same        int // kelurahan that report this very value
	limits      *limits
	rule        evidenceRule
	feed        *feed
	reopened    bool
	open        bool    // steps are taken
	typedBy     []int64 // accounts that typed the newest figures
}

// load reads the rows that by may see. The period must exist (NotFound).
func (l *loader) load(ctx context.Context) error {
	if l.now.IsZero() {
		return fmt.Errorf("load reports of %s: no moment given", l.period)
	}
	if err := l.each(ctx, []loading{{"periods", l.loadPeriods}, {"rules", l.loadRules}, {"checks", l.loadLimits}, {"sheets", l.loadRows}}); err != nil || len(l.rows) == 0 {
		return err
	}
	if err := l.each(ctx, []loading{{"choices", l.loadChoices}, {"targets", l.loadTargets}}); err != nil {
		return err
	}
	// The past of each row, and what happened to its report: neither needs the other, nor
	// writes what the other reads or writes.
	past := []loading{{"earlier reports", l.loadOlder}, {"exceptions", l.loadExceptions}}
	life := []loading{{"events", l.loadEvents}, {"evidence", l.loadEvidence}, {"late entries", l.loadLate}}
	if _, pool := l.db.(*bun.DB); pool {
		var both errgroup.Group
		both.Go(func() error { return l.each(ctx, past) })
		both.Go(func() error { return l.each(ctx, life) })
		if err := both.Wait(); err != nil {
			return err
		}
	} else if err := l.each(ctx, append(past, life...)); err != nil { // a transaction has one connection
		return err
	}
	if err := l.each(ctx, []loading{{"figures that many share", l.loadSame}, {"figures from elsewhere", l.loadFeeds}}); err != nil {
		return err
	}
	for i := range l.rows {
		l.finish(&l.rows[i])
	}
	return nil
}

// loadOffers reads no more than it takes to say what each row is offered.
func (l *loader) loadOffers(ctx context.Context) error {
	err := l.each(ctx, []loading{{"periods", l.loadPeriods}, {"rules", l.loadRules}, {"sheets", l.loadRows}, {"targets", l.loadTargets},
		{"earlier reports", l.loadOlder}, {"figures from elsewhere", l.loadFeeds}})
	if err != nil {
		return err
	}
	for i := range l.rows {
		r := &l.rows[i]
		l.finishOlder(r, r.facts.assess(r.Value))
		l.offer(r)
	}
	return nil
}

// loading is a part of what is loaded.
type loading struct {
	what string
	do   func(context.Context) error
}

func (l *loader) each(ctx context.Context, parts []loading) error {
	for _, p := range parts {
		if err := p.do(ctx); err != nil {
			if fault.KindOf(err) != fault.Internal {
				return err
			}
			return fmt.Errorf("read %s: %w", p.what, err)
		}
	}
	return nil
}

func (l *loader) loadPeriods(ctx context.Context) (err error) {
	if l.periods, err = roadmap.Periods(ctx, l.db); err != nil {
		return err
	}
	at := slices.IndexFunc(l.periods, func(r roadmap.Reporting) bool { return r.Period == l.period })
	if at < 0 {
		return fault.New(fault.NotFound, "Periode %s tidak ada.", l.period)
	}
	l.own = l.periods[at]
	oldest := l.period
	for range olderPeriods {
		oldest = oldest.Previous()
	}
	l.first = scoring.Period{Year: oldest.Year, Quarter: 1}
	return nil
}

// sheetRow is a row as it is read.
type sheetRow struct {
	SeriesID, AgencyID, IndicatorID         int64
	Agency, AgencyName, AgencyShort, Parent string
	Kelurahan                               bool
	Indicator                               string
	FirstYear                               int
	Name, Definition                        string
	Kind                                    scoring.Kind
	Direction                               scoring.Direction
	Consolidation                           scoring.Consolidation
	Frequency                               scoring.Frequency
	Unit                                    string
	Decimals                                int
	NumeratorLabel, DenominatorLabel        string
	DataSource, EvidenceRule, ScaleCode     string
	SheetID                                 int64
	AnnouncedMonth                          *int
	ReportID                                *int64
	Status                                  *Status
	Revision, Version                       int
	Typed                                   json.RawMessage
	UpdatedAt                               *time.Time
	EditedBy                                string
	Comments                                int
	Low, High                               *decimal.Decimal
	EvidenceNeeded                          bool
	EvidenceKinds                           []string `bun:",array"`
	reportValues
}

// loadRows reads the sheets in force in the year with the working copies.
func (l *loader) loadRows(ctx context.Context) error {
	where := []schema.QueryWithArgs{bun.SafeQuery("TRUE")}
	if l.agency != "" {
		where = append(where, bun.SafeQuery("a.code = ?", l.agency))
	}
	if l.indicator != "" {
		where = append(where, bun.SafeQuery("i.code = ?", l.indicator))
	}
	if l.statuses != nil {
		where = append(where, bun.SafeQuery("r.status IN (?)", bun.List(l.statuses)))
	}
	if l.keys != nil {
		agencies, indicators := make([]string, len(l.keys)), make([]string, len(l.keys))
		for i, k := range l.keys {
			agencies[i], indicators[i] = k.Agency, k.Indicator
		}
		where = append(where, bun.SafeQuery("(a.code, i.code) IN (SELECT * FROM unnest(?::text[], ?::text[]))", pgdialect.Array(agencies), pgdialect.Array(indicators)))
	}
	for len(where) < 5 {
		where = append(where, bun.SafeQuery("TRUE"))
	}
	var rows []sheetRow
	err := l.db.NewRaw(`
		SELECT ts.id AS series_id, a.id AS agency_id, i.id AS indicator_id,
			a.code AS agency, a.name AS agency_name, a.short_name AS agency_short, coalesce(up.code, '') AS parent, a.kind = 'kelurahan' AS kelurahan,
			i.code AS indicator, v.first_year, s.name, s.definition, s.kind, s.direction, s.consolidation, s.frequency, s.unit, s.decimals,
			s.numerator_label, s.denominator_label, s.data_source, s.evidence_rule, s.scale_code, s.id AS sheet_id, s.announced_month,
			r.id AS report_id, r.status, coalesce(r.revision, 0) AS revision, coalesce(r.version, 0) AS version,
			r.actual, r.numerator, r.denominator, coalesce(r.not_applicable, false) AS not_applicable, coalesce(r.note, '') AS note,
			coalesce(r.obstacle, '') AS obstacle, coalesce(r.next_step, '') AS next_step, coalesce(r.next_step_owner, '') AS next_step_owner, r.next_step_due,
			r.typed, r.updated_at, coalesce(u.name, '') AS edited_by,
			coalesce(c.n, 0) AS comments, pr.low, pr.high, coalesce(er.required, false) AS evidence_needed, coalesce(er.kinds, '{}') AS evidence_kinds
		FROM roadmap_versions v
		JOIN indicator_sheets s ON s.version_id = v.id
		JOIN indicators i ON i.id = s.indicator_id
		JOIN target_series ts ON ts.indicator_id = i.id
		JOIN agencies a ON a.id = ts.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		LEFT JOIN reports r ON r.series_id = ts.id AND r.year = ? AND r.quarter = ?
		LEFT JOIN users u ON u.id = r.updated_by
		LEFT JOIN (SELECT report_id, count(*) AS n FROM report_comments GROUP BY report_id) c ON c.report_id = r.id
		LEFT JOIN plausible_ranges pr ON pr.indicator_id = i.id
		LEFT JOIN evidence_rules er ON er.indicator_id = i.id
		WHERE v.id = (SELECT id FROM roadmap_versions WHERE first_year <= ? AND recorded_at <= ? ORDER BY first_year DESC, number DESC LIMIT 1)
		  AND ? AND ? AND ? AND ? AND ?
		ORDER BY a.code COLLATE "C", i.code COLLATE "C"`,
		l.period.Year, l.period.Quarter, l.period.Year, l.now, where[0], where[1], where[2], where[3], where[4]).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	l.rows = make([]WorksheetRow, 0, len(rows))
	for i := range rows {
		s := &rows[i]
		if !s.Frequency.Due(l.period.Quarter) || !l.by.MaySeeAgency(s.Agency, s.Parent) {
			continue
		}
		r, err := s.row(l)
		if err != nil {
			return err
		}
		l.rows = append(l.rows, r)
		l.series = append(l.series, s.SeriesID)
	}
	l.bySeries, l.byReport = make(map[int64]*WorksheetRow, len(l.rows)), make(map[int64]*WorksheetRow, len(l.rows))
	for i := range l.rows {
		r := &l.rows[i]
		l.bySeries[r.SeriesID] = r
		if r.ReportID != 0 {
			l.byReport[r.ReportID] = r
		}
	}
	return nil
}

func (s *sheetRow) row(l *loader) (WorksheetRow, error) {
	r := WorksheetRow{
		Key:      Key{s.Agency, s.Indicator, l.period},
		Agency:   AgencyName{Code: s.Agency, Name: s.AgencyName, ShortName: s.AgencyShort, Parent: s.Parent, Kelurahan: s.Kelurahan},
		SeriesID: s.SeriesID,
		Name:     s.Name, Definition: s.Definition, Kind: s.Kind, Direction: s.Direction, Consolidation: s.Consolidation, Frequency: s.Frequency,
		Unit: s.Unit, Decimals: s.Decimals, NumeratorLabel: s.NumeratorLabel, DenominatorLabel: s.DenominatorLabel,
		DataSource: s.DataSource, EvidenceRule: s.EvidenceRule, EvidenceNeeded: s.EvidenceNeeded,
		Status: Draft, Revision: s.Revision, Version: s.Version, Value: trimmed(Value(s.reportValues)),
		EditedBy: s.EditedBy, EditedAt: s.UpdatedAt, CommentCount: s.Comments,
	}
	if s.ReportID != nil {
		r.ReportID, r.Status = *s.ReportID, *s.Status
	}
	if len(s.Typed) > 2 {
		if err := json.Unmarshal(s.Typed, &r.Typed); err != nil {
			return r, fmt.Errorf("read what was typed for %s: %w", r.Key, err)
		}
	}
	f := &facts{
		sheet: sheet{
			SeriesID: s.SeriesID, AgencyID: s.AgencyID, Agency: s.Agency, Parent: s.Parent, Indicator: s.Indicator,
			FirstYear: s.FirstYear, Kind: s.Kind, Frequency: s.Frequency, Decimals: s.Decimals,
		},
		indicatorID: s.IndicatorID, announced: s.AnnouncedMonth, rules: l.rules, limits: l.limits, zone: l.now.Location(), now: l.now, period: l.own,
		ranges: plausible{s.Low, s.High}, rule: evidenceRule{s.EvidenceNeeded, s.EvidenceKinds},
	}
	f.scaleCode, f.sheetID = s.ScaleCode, s.SheetID
	n := l.period.Since(l.first) + 1
	f.engine = scoring.Series{
		Kind: s.Kind, Direction: s.Direction, Consolidation: s.Consolidation, Frequency: s.Frequency,
		First: l.first, Years: make([]scoring.YearPlan, l.period.Year-l.first.Year+1), Inputs: make([]scoring.Input, n),
	}
	for i, p := 0, l.first; i < n; i, p = i+1, p.Next() {
		f.engine.Inputs[i].Awaited = f.awaited(p)
		if due := l.reporting(p); due != nil {
			f.engine.Inputs[i].PastDue = !l.now.Before(due.DueAt)
		}
	}
	r.facts = f
	return r, nil
}

// awaited reports whether the yearly result of p comes from outside and the month in which it
// is usually announced has not ended.
func (f *facts) awaited(p scoring.Period) bool {
	return f.announced != nil && f.Frequency == scoring.Yearly &&
		f.now.Before(time.Date(p.Year+1, time.Month(*f.announced+1), 1, 0, 0, 0, 0, f.zone))
}

func (l *loader) reporting(p scoring.Period) *roadmap.Reporting {
	i, found := slices.BinarySearchFunc(l.periods, p, func(r roadmap.Reporting, p scoring.Period) int { return r.Period.Since(p) })
	if !found {
		return nil
	}
	return &l.periods[i]
}

// trimmed is the value without the zeros that the columns add.
func trimmed(v Value) Value {
	for _, d := range []*decimal.Decimal{v.Actual, v.Numerator, v.Denominator} {
		if d != nil {
			*d = d.Trim(0)
		}
	}
	return v
}

// input is the place of p among the inputs of the engine; -1: before them or after the period.
func (l *loader) input(p scoring.Period) int {
	if i := p.Since(l.first); i >= 0 && i <= l.period.Since(l.first) {
		return i
	}
	return -1
}
