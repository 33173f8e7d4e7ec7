package scorecard

import (
	"time"

	"petajalan/internal/scoring"
)

// Content is everything a publication says. Its canonical JSON (RFC 8785) are the bytes
// that are hashed, stored and served; public pages and the API read nothing else.
//
// Decimals are strings ("87.50"), moments are UTC in RFC 3339 with microseconds, lists
// have a fixed order (given at each field), and what is empty is null. Figures that are
// shown have 2 decimals, coverage has 4, inputs are exact.
type Content struct {
	Format         string         `json:"format"` // "petajalan-publication-1"
	Number         int            `json:"number"`
	Period         scoring.Period `json:"period"`
	PublishedAt    time.Time      `json:"published_at"`
	AsOf           time.Time      `json:"as_of"` // moment up to which reports and targets were known
	Reason         string         `json:"reason"`
	Status         string         `json:"status"` // contoh, rancangan, resmi
	Demo           bool           `json:"demo"`   // invented figures: pages say DATA PERAGAAN
	PreviousSHA256 *string        `json:"previous_sha256"`
	InputHash      string         `json:"input_hash"`
	Method         Method         `json:"method"`
	Roadmap        RoadmapInfo    `json:"roadmap"`

	Areas        []Area          `json:"areas"`        // by code
	Agencies     []Agency        `json:"agencies"`     // by code
	Goals        []Goal          `json:"goals"`        // by code
	Indicators   []Indicator     `json:"indicators"`   // by code
	Periods      []PeriodInfo    `json:"periods"`      // oldest first, up to Period
	Targets      []Target        `json:"targets"`      // by agency, indicator, year, revision: all years, all revisions known
	Achievements []Achievement   `json:"achievements"` // by period, agency, indicator
	Scores       []Score         `json:"scores"`       // by period, level (city, goal, objective, agency), code
	Services     []Service       `json:"services"`     // by code
	Results      []ServiceResult `json:"service_results"`
	Satisfaction []Satisfaction  `json:"satisfaction"`
}

// RoadmapInfo says which version of the plan this is.
type RoadmapInfo struct {
	Version          int    `json:"version"`
	Title            string `json:"title"`
	RegulationNumber string `json:"regulation_number"` // empty until the regulation is issued
	RegulationDate   string `json:"regulation_date"`   // 2026-01-31, or empty
	FirstYear        int    `json:"first_year"`
	LastYear         int    `json:"last_year"`
}

// Area is a piece of the map. Outline and label are null for kota and kecamatan.
type Area struct {
	Code       string  `json:"code"`
	Level      string  `json:"level"`
	Parent     *string `json:"parent"`
	Name       string  `json:"name"`
	Slug       *string `json:"slug"`
	Outline    *string `json:"outline"` // SVG path on the 560 × 659 grid
	LabelX     *int    `json:"label_x"`
	LabelY     *int    `json:"label_y"`
	LabelRoom  *int    `json:"label_room"`
	SourceNote string  `json:"source"`
}

// Agency is an organisation with targets and reports, or one that offers services.
type Agency struct {
	Code         string  `json:"code"`
	Name         string  `json:"name"`
	ShortName    string  `json:"short_name"`
	Kind         string  `json:"kind"`
	Parent       *string `json:"parent"`
	Area         string  `json:"area"`
	Reports      bool    `json:"reports"`
	PublicFacing bool    `json:"public_facing"`
	Website      string  `json:"website"`
}

// Goal (tujuan) with its objectives (sasaran), both by code.
type Goal struct {
	Code       string      `json:"code"`
	Name       string      `json:"name"`
	Weight     string      `json:"weight"`
	Objectives []Objective `json:"objectives"`
}

// Objective (sasaran) is a measurable step to a goal.
type Objective struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Indicator is the full sheet of an indicator in the version of the plan in force.
type Indicator struct {
	Code             string                `json:"code"`
	Name             string                `json:"name"`
	Objective        string                `json:"objective"`
	Goal             string                `json:"goal"`
	Definition       string                `json:"definition"`
	Kind             scoring.Kind          `json:"kind"`
	Direction        scoring.Direction     `json:"direction"`
	Consolidation    scoring.Consolidation `json:"consolidation"`
	Frequency        scoring.Frequency     `json:"frequency"`
	Unit             string                `json:"unit"`
	Decimals         int                   `json:"decimals"`
	AppliesTo        string                `json:"applies_to"`
	NumeratorLabel   string                `json:"numerator"`
	DenominatorLabel string                `json:"denominator"`
	DataSource       string                `json:"source"`
	EvidenceRule     string                `json:"evidence"`
	Scale            *string               `json:"scale"` // code of a scale in Method.Scales
	Steps            []MilestoneStep       `json:"steps"` // of a milestone, by percent; else empty
	AnnouncedMonth   *int                  `json:"announced_month"`
	Key              bool                  `json:"key"`
	BreakNote        string                `json:"break_note"`
	BaselineYear     *int                  `json:"baseline_year"`
	Baseline         *string               `json:"baseline"`
	BaselineSource   string                `json:"baseline_source"`
	Status           string                `json:"status"`
}

// MilestoneStep is a step of a milestone indicator and the percent that reaching it counts.
type MilestoneStep struct {
	Percent string `json:"percent"`
	Name    string `json:"name"`
}

// PeriodInfo is the calendar of a period.
type PeriodInfo struct {
	Period    scoring.Period `json:"period"`
	OpensAt   time.Time      `json:"opens_at"`
	DueAt     time.Time      `json:"due_at"` // exclusive: the first instant that is too late
	ClosesAt  time.Time      `json:"closes_at"`
	PublishBy time.Time      `json:"publish_by"`
}

// Target is one revision of the value promised for a year. Value, Low and High all null:
// the target was withdrawn.
type Target struct {
	Agency     string    `json:"agency"`
	Indicator  string    `json:"indicator"`
	Year       int       `json:"year"`
	Revision   int       `json:"revision"`
	Value      *string   `json:"value"`
	Low        *string   `json:"low"`
	High       *string   `json:"high"`
	Steps      []string  `json:"steps"` // one per due period, or null
	Weight     string    `json:"weight"`
	Reason     string    `json:"reason"`
	LegalBasis string    `json:"legal_basis"`
	Clause     string    `json:"clause"`
	Status     string    `json:"status"`
	RecordedAt time.Time `json:"recorded_at"`
}

// Achievement is what became of one target in one period; the fields are those of
// foundations.md, API v1.
type Achievement struct {
	Period        scoring.Period        `json:"period"`
	Agency        string                `json:"agency"`
	Indicator     string                `json:"indicator"`
	Objective     string                `json:"objective"`
	Goal          string                `json:"goal"`
	Kind          scoring.Kind          `json:"kind"`
	Direction     scoring.Direction     `json:"direction"`
	Consolidation scoring.Consolidation `json:"consolidation"`
	Frequency     scoring.Frequency     `json:"frequency"`
	Unit          string                `json:"unit"`
	State         scoring.State         `json:"state"`
	StateReason   *string               `json:"state_reason"` // why it is left out
	StateUntil    *string               `json:"state_until"`  // last day of an accepted exception, 2026-06-30
	Weight        string                `json:"weight"`
	AsOf          scoring.Period        `json:"as_of"`

	Reported    *string `json:"reported"` // this period's own verified value
	Numerator   *string `json:"numerator"`
	Denominator *string `json:"denominator"`

	Actual            *string `json:"actual"` // to date
	ActualNumerator   *string `json:"actual_numerator"`
	ActualDenominator *string `json:"actual_denominator"`
	ActualLabel       *string `json:"actual_label"` // predicate, milestone, yes/no in words
	Target            *string `json:"target"`
	TargetLow         *string `json:"target_low"`
	TargetHigh        *string `json:"target_high"`
	TargetLabel       *string `json:"target_label"`

	Raw    *string `json:"raw"`
	Scored *string `json:"scored"`
	Rating *string `json:"rating"`

	FirstTarget     *string `json:"first_target"`
	FirstTargetLow  *string `json:"first_target_low"`
	FirstTargetHigh *string `json:"first_target_high"`
	FirstRaw        *string `json:"first_raw"`
	FirstScored     *string `json:"first_scored"`

	Evidence    *string     `json:"evidence"`   // grade of this period's own verified report
	Provenance  *Provenance `json:"provenance"` // of this period's own report, when one was handed in
	Method      string      `json:"method"`
	Publication int         `json:"publication"`
}

// Provenance says by which office a value was reported, approved and verified, and when.
// Never a person's name. A step that has not happened is null.
type Provenance struct {
	Revision    int             `json:"revision"`
	Reported    *Step           `json:"reported"`
	Approved    *Step           `json:"approved"`
	Verified    *Step           `json:"verified"`
	LateEntry   bool            `json:"late"` // handed in after the deadline
	Note        string          `json:"note"` // the agency's own explanation
	Evidence    []EvidenceLabel `json:"evidence"`
	Corrections int             `json:"corrections"` // earlier verified revisions of this value
}

// Step is one office's act on a report.
type Step struct {
	Role   string    `json:"role"`   // operator, kepala, organisasi
	Office string    `json:"office"` // short name of the agency, or Bagian Organisasi
	At     time.Time `json:"at"`
}

// EvidenceLabel is what the public sees of a piece of evidence.
type EvidenceLabel struct {
	Kind   string    `json:"kind"` // berkas, tautan, umpan
	Date   time.Time `json:"date"`
	SHA256 string    `json:"sha256"`
}

// Score is a roll-up; the fields are those of foundations.md, API v1.
type Score struct {
	Level       scoring.Level  `json:"level"`
	Code        string         `json:"code"`
	Period      scoring.Period `json:"period"`
	Score       *string        `json:"score"`
	Low         string         `json:"low"`
	High        string         `json:"high"`
	Coverage    string         `json:"coverage"`
	Rating      *string        `json:"rating"` // null: not sure
	Counts      Counts         `json:"counts"`
	FirstScore  *string        `json:"first_score"`
	FirstLow    *string        `json:"first_low"`
	FirstHigh   *string        `json:"first_high"`
	Method      string         `json:"method"`
	Publication int            `json:"publication"`
}

// Counts of the targets under a score, by rating of those scored and by state of all;
// codes with no target are left out.
type Counts struct {
	Ratings map[string]int        `json:"ratings"`
	States  map[scoring.State]int `json:"states"`
}

// Method is the rule set of a publication, in data.
type Method struct {
	ID             string  `json:"id"` // m1
	FormulaVersion int     `json:"formula_version"`
	Cap            string  `json:"cap"`
	Floor          string  `json:"floor"`
	Bands          []Band  `json:"bands"` // highest first
	Words          []Band  `json:"words"` // for one target, from its raw figure; highest first
	Scales         []Scale `json:"scales"`
	Rollup         []Rule  `json:"rollup"`
	Basis          string  `json:"basis"`
}

// Band is a half-open interval: from From up to the From of the band above. From is null
// for the lowest.
type Band struct {
	From   *string `json:"from"`
	Rating string  `json:"rating"` // code
	Label  string  `json:"label"`  // Indonesian
}

// Scale maps grades to ordinals (lowest = 1) or figures to grades.
type Scale struct {
	Code   string      `json:"code"`
	Name   string      `json:"name"`
	Basis  string      `json:"basis"`
	Status string      `json:"status"`
	Steps  []ScaleStep `json:"steps"` // lowest first
}

// ScaleStep is a grade of a scale. From is null for the lowest, or where the scale has only ordinals.
type ScaleStep struct {
	Ordinal   int     `json:"ordinal"`
	Code      string  `json:"code"`
	Label     string  `json:"label"`
	From      *string `json:"from"`
	Exclusive bool    `json:"exclusive"` // only above From
}

// Rule states one rule of the roll-up in words that a program's author can follow.
type Rule struct {
	Level string `json:"level"`
	Rule  string `json:"rule"`
}

// Service is what a citizen asks for, with its standard (the public six components).
type Service struct {
	Code     string    `json:"code"`
	Name     string    `json:"name"`
	Agencies []string  `json:"agencies"` // by code
	Standard *Standard `json:"standard"` // null: none recorded
}

// Standard is the promise for a service. A component nobody has stated is null.
type Standard struct {
	Version       int               `json:"version"`
	Requirements  []string          `json:"requirements"` // null: not stated
	Procedure     *string           `json:"procedure"`
	DurationValue *string           `json:"duration_value"`
	DurationUnit  *string           `json:"duration_unit"` // menit, jam, hari_kerja, hari
	FeeKind       *string           `json:"fee_kind"`      // gratis, retribusi, campuran
	FeeRupiah     *int64            `json:"fee_rupiah"`
	FeeNote       *string           `json:"fee_note"`
	Product       *string           `json:"product"`
	Complaints    *string           `json:"complaints"`
	Complete      int               `json:"complete"` // how many of the 14 components are stated
	Status        string            `json:"status"`
	Provenance    map[string]string `json:"provenance"`
	Sources       []string          `json:"sources"`
	Note          string            `json:"note"`
}

// ServiceResult is what was measured of a service in an agency and quarter, as counts.
type ServiceResult struct {
	Service     string         `json:"service"`
	Agency      string         `json:"agency"`
	Period      scoring.Period `json:"period"`
	Received    int            `json:"received"`
	Done        int            `json:"done"`
	OnTime      int            `json:"on_time"`
	Uncorrected int            `json:"uncorrected"`
	Digital     int            `json:"digital"`
	IKM         *string        `json:"ikm"`
	Respondents int            `json:"respondents"`
}

// Satisfaction is the survey (SKM) of an agency and half-year.
type Satisfaction struct {
	Agency       string    `json:"agency"`
	Year         int       `json:"year"`
	Half         int       `json:"half"`
	Source       string    `json:"source"`
	Population   *int      `json:"population"`
	Respondents  int       `json:"respondents"`
	MinSample    *int      `json:"min_sample"` // Krejcie–Morgan; null where the population is not stated
	IKM          string    `json:"ikm"`        // recomputed, exact ninths
	Grade        string    `json:"grade"`      // A to D
	PublishedIKM *string   `json:"published_ikm"`
	Elements     []Element `json:"elements"` // the nine, in the order of the survey
}

// Element is one of the nine elements of the survey.
type Element struct {
	Code  string `json:"code"`
	Value string `json:"value"` // 25 × mean answer, 2 decimals
	Grade string `json:"grade"`
}
