package scoring

// Direction (arah) says which way is better.
type Direction string

// The directions of domain.md; the words are those of the data.
const (
	HigherIsBetter Direction = "naik"
	LowerIsBetter  Direction = "turun"
	OnTarget       Direction = "tepat"
	YesNo          Direction = "ya_tidak"
	Milestones     Direction = "tahapan"
	Predicate      Direction = "predikat"
)

// Kind says what form the value of an indicator has.
type Kind string

// Kinds of indicators. A fraction is reported as numerator and denominator and its value
// is a percentage; a predicate is reported as its ordinal on a scale (lowest = 1), a
// milestone as the percent of the step reached, yes or no as 1 or 0.
const (
	KindFraction  Kind = "fraction"
	KindNumber    Kind = "number"
	KindIndex     Kind = "index"
	KindPredicate Kind = "predicate"
	KindMilestone Kind = "milestone"
	KindYesNo     Kind = "yesno"
	KindRange     Kind = "range"
)

// Consolidation says how the quarters of a year become the value of the year to date.
type Consolidation string

// Ways of consolidation.
const (
	Sum     Consolidation = "sum"
	Last    Consolidation = "last"
	Average Consolidation = "average"
)

// Frequency says in which quarters an indicator is due.
type Frequency string

// Frequencies.
const (
	Quarterly  Frequency = "triwulanan"
	HalfYearly Frequency = "semesteran"
	Yearly     Frequency = "tahunan"
)

// Due reports whether an indicator of this frequency is due in the quarter (1 to 4).
func (f Frequency) Due(quarter int) bool {
	switch f {
	case HalfYearly:
		return quarter == 2 || quarter == 4
	case Yearly:
		return quarter == 4
	}
	return true
}

// DuePerYear returns how many quarters of a year are due: 4, 2 or 1.
func (f Frequency) DuePerYear() int {
	switch f {
	case HalfYearly:
		return 2
	case Yearly:
		return 1
	}
	return 4
}

// State says what became of a target in a period; the codes are those of the API.
type State string

// The eight states: one counted, three missing, four left out of the roll-up.
const (
	Scored               State = "dinilai"
	AwaitingVerification State = "menunggu_verifikasi" // handed in, not verified
	NotReported          State = "belum_lapor"         // nothing yet, before the deadline
	Late                 State = "terlambat"           // nothing yet, after the deadline
	NotDue               State = "belum_jatuh_tempo"
	NotApplicable        State = "tidak_berlaku"
	Exempted             State = "dikecualikan"
	NoTarget             State = "tanpa_target"
)

// States lists all states, the counted one first, then the missing, then those left out.
var States = [...]State{Scored, AwaitingVerification, NotReported, Late, NotDue, NotApplicable, Exempted, NoTarget}

// IsMissing reports whether a target in this state is due but missing: it lowers coverage.
func (s State) IsMissing() bool {
	return s == AwaitingVerification || s == NotReported || s == Late
}

// IsDue reports whether a target in this state takes part in roll-ups, scored or missing.
func (s State) IsDue() bool { return s == Scored || s.IsMissing() }

// Level is the height of a roll-up.
type Level string

// Levels of roll-ups.
const (
	LevelCity      Level = "city"
	LevelGoal      Level = "goal"
	LevelObjective Level = "objective"
	LevelAgency    Level = "agency"
)

// CityCode is the code of the only score at LevelCity.
const CityCode = "kota"

// Evidence grades (label bukti) of a verified value.
const (
	EvidenceFeed      = "umpan_sistem"
	EvidenceChecked   = "dokumen_diperiksa"
	EvidenceStatement = "pernyataan"
	EvidenceNone      = "tanpa_bukti"
)
