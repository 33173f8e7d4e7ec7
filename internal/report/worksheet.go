package report

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Worksheet (isi capaian) is all that an agency has to report for one period.
type Worksheet struct {
	Agency AgencyName
	Period roadmap.Reporting
	// Open says that the period takes reports at the moment of loading. A row may be
	// open although its period is closed: by a late entry, or because it was reopened.
	Open bool
	Rows []WorksheetRow // by code of the indicator
}

// AgencyName is an agency as it is named on a page.
type AgencyName struct {
	Code      string
	Name      string
	ShortName string
	Parent    string // code of the agency above, or empty
	Kelurahan bool
}

// WorksheetRow is one target of the year that is due in the period, with its report.
// The verification desk shows the same rows.
type WorksheetRow struct {
	Key
	Agency   AgencyName
	SeriesID int64
	ReportID int64 // 0: there is none yet

	// From the sheet of the indicator.
	Name             string
	Definition       string
	Kind             scoring.Kind
	Direction        scoring.Direction
	Consolidation    scoring.Consolidation
	Frequency        scoring.Frequency
	Unit             string
	Decimals         int // shown after the comma, 0 to 4
	NumeratorLabel   string
	DenominatorLabel string
	DataSource       string
	EvidenceRule     string   // in words, from the sheet
	EvidenceNeeded   bool     // as it stands it cannot be handed in without evidence that a person adds
	Choices          []Choice // of a predicate, a milestone, yes or no; nil otherwise

	// The working copy. Typed holds the fields whose text is kept as it was typed.
	Status   Status
	Revision int
	Version  int // 0: nothing was saved yet
	Value    Value
	Typed    map[string]string
	EditedBy string     // name of who changed it last; empty: nobody, or it came without accounts
	EditedAt *time.Time // nil: nothing was saved yet
	Evidence []DraftEvidence

	Prefill *Prefill // offered where nothing was typed; nil: nothing to offer
	Older   []Past   // the eight quarters before that are due, newest first
	Target  string   // of the year, in words: "paling sedikit 85%", "paling banyak 14 hari kerja"
	// TargetToDate is what was promised up to this period, in words: "paling sedikit 900 unit";
	// empty where there is none.
	TargetToDate string
	Weight       string   // share in the agency, in per cent: "6,25"
	Preview      *Preview // of Value; nil while there is no complete value
	Findings     []Finding
	// NoteRequired says that cause, obstacle and next step are needed, because the value is
	// off target or far from the one before. Why says it in words, empty otherwise.
	NoteRequired bool
	Why          string
	Exempt       string // reason of the exception that covers the period; empty: none

	SubmittedAt  *time.Time // the newest revision; nil: none
	ApprovedAt   *time.Time // where it is approved or verified; else nil
	Grade        string     // of the evidence, where it is verified
	ReturnReason string     // where it is returned
	ReturnedBy   string     // the role in words, where it is returned
	Events       []Link     // what happened to it, oldest first
	CommentCount int
	LateUntil    *time.Time // a late entry that has not ended; nil: none

	MayEdit     bool
	MaySubmit   bool
	MayWithdraw bool
	MayApprove  bool
	MayReturn   bool
	MayVerify   bool
	MayReopen   bool
	// TypedByMe says that the viewer typed the figures and can neither approve nor verify them.
	TypedByMe bool

	facts *facts
}

// Choice is a value that may be chosen, with what it means.
type Choice struct {
	Value decimal.Decimal
	Label string
}

// Prefill is a value that is offered where nothing was typed yet.
type Prefill struct {
	Value     Value
	From      string // in words: "SIAK, diimpor 3 Oktober 2026", "triwulan lalu"
	Automatic bool   // from another system, and not a figure of an earlier quarter
}

// Past is what became of an earlier period.
type Past struct {
	Period roadmap.Period
	Value  *Value // verified; nil: none
	Status Status // empty: no report
	// Result is what the engine makes of the period as it is known now.
	Result scoring.Achievement
}

// Preview is what the engine would say of a value once it is verified, all else as it is
// known now. The fields of the achievement are to date, from the beginning of the year.
type Preview struct {
	scoring.Achievement
	RatingLabel string // "Tinggi"; empty unless scored
	Word        string // code of the word for one target: "hampir_tercapai"; empty unless scored
	WordLabel   string // "Hampir tercapai"
	OffTarget   bool   // scored, and not in the highest word of the rule set
}

// Fields of a row, as they are named in drafts, problems and Typed.
const (
	FieldActual        = "actual"
	FieldNumerator     = "numerator"
	FieldDenominator   = "denominator"
	FieldNotApplicable = "not_applicable" // "ya" or empty
	FieldNote          = "note"           // penyebab, or why it does not apply
	FieldObstacle      = "obstacle"
	FieldNextStep      = "next_step"
	FieldNextStepOwner = "next_step_owner"
	FieldNextStepDue   = "next_step_due" // as a date input sends it, 2026-12-31, or 31-12-2026
	FieldEvidence      = "evidence"
)

// LoadWorksheet reads the sheet of an agency for a period, for one who may see it: its
// people, those of the city, and the camat of a kelurahan. Drafts of others are seen by
// all of these. NotFound where there is no such agency or period.
func LoadWorksheet(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time) (*Worksheet, error) {
	return sheetOf(ctx, db, by, now, which{period: p, agency: agency, prefill: true})
}

// Offers are the prefills of a period by the key of their row, for the workbook of an agency
// or, with an empty agency, of all that by may see. A row without one has nothing to offer.
func Offers(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time) (map[Key]*Prefill, error) {
	l := &loader{which: which{period: p, agency: agency, prefill: true}, db: db, by: by, now: now}
	if err := l.loadOffers(ctx); err != nil {
		return nil, err
	}
	offers := map[Key]*Prefill{}
	for i := range l.rows {
		if r := &l.rows[i]; r.Prefill != nil {
			offers[r.Key] = r.Prefill
		}
	}
	return offers, nil
}

// Row returns the row of the indicator; nil when it is not in the sheet.
func (w *Worksheet) Row(indicator string) *WorksheetRow {
	for i := range w.Rows {
		if w.Rows[i].Indicator == indicator {
			return &w.Rows[i]
		}
	}
	return nil
}

// PreviewOf is the preview of a value that is not saved; nil where it is not complete or
// is none that the indicator can have.
func (r *WorksheetRow) PreviewOf(v Value) *Preview { return r.preview(v) }

// NoteWhy says in words why a value that is not saved asks for cause, obstacle and next step;
// empty where it does not.
func (r *WorksheetRow) NoteWhy(v Value) string { return r.why(v, r.preview(v)) }

// MissingEvidence says in words what evidence a value that is not saved still needs; empty:
// none. A value taken from a feed brings its own.
func (r *WorksheetRow) MissingEvidence(v Value) string {
	if v.NotApplicable {
		return ""
	}
	return r.facts.rule.unmet(r.evidenceFor(v))
}

// Parse reads what was typed into the fields of the row. What cannot be read stands in the
// problems and, like all numbers, in the Typed of the draft as it was typed.
func (r *WorksheetRow) Parse(typed map[string]string) (DraftRow, []Problem) { return r.parse(typed) }

// Field is the text that a form shows in a field: what was typed, else the saved value as it
// is written in Indonesian, else nothing. It is not the prefill.
func (r *WorksheetRow) Field(name string) string { return r.field(name) }

// ValueField is the text of a value in a field, as a form shows it.
func (r *WorksheetRow) ValueField(v Value, name string) string { return valueField(v, name) }

// IsEmpty says that nothing was typed or saved in the row.
func (r *WorksheetRow) IsEmpty() bool { return r.Value.isEmpty() && len(r.Typed) == 0 }

// sheetOf loads the rows of an agency as a sheet.
func sheetOf(ctx context.Context, db bun.IDB, by *account.User, now time.Time, of which) (*Worksheet, error) {
	w := &Worksheet{}
	err := db.NewRaw(`
		SELECT a.code, a.name, a.short_name, coalesce(up.code, '') AS parent, a.kind = 'kelurahan' AS kelurahan
		FROM agencies a LEFT JOIN agencies up ON up.id = a.parent_id WHERE a.code = ?`, of.agency).Scan(ctx, &w.Agency)
	switch {
	case postgres.NoRows(err), err == nil && !by.MaySeeAgency(w.Agency.Code, w.Agency.Parent):
		return nil, fault.New(fault.NotFound, "Instansi itu tidak ditemukan.")
	case err != nil:
		return nil, fmt.Errorf("find agency %s: %w", of.agency, err)
	}
	l := &loader{which: of, db: db, by: by, now: now}
	if err := l.load(ctx); err != nil {
		return nil, err
	}
	w.Period, w.Open, w.Rows = l.own, l.own.Takes(now), l.rows
	return w, nil
}
