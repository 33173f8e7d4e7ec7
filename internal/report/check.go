package report

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// Finding is what a check found: something that a person should look at. It never blocks and
// never scores.
type Finding struct {
	Code string // of the check: "jump"
	Name string // of the check, as shown: "lonjakan"
	Text string // a sentence with the numbers: "Naik 32 persen dari triwulan lalu."
}

// The checks, by their codes in the table of the same name.
const (
	CheckRange      = "range"
	CheckJump       = "jump"
	CheckFraction   = "fraction"
	CheckUnchanged  = "unchanged"
	CheckExact      = "exact"
	CheckLowTarget  = "low_target"
	CheckSame       = "same"
	CheckLastHour   = "last_hour"
	CheckNoEvidence = "no_evidence"
)

// limits are the checks with their thresholds.
type limits struct{ by map[string]checkLimit }

type checkLimit struct {
	name      string
	threshold decimal.Decimal
	enabled   bool
}

// plausible is what a person would call plausible; nil: open on that side.
type plausible struct{ low, high *decimal.Decimal }

// loadLimits reads the checks.
func (l *loader) loadLimits(ctx context.Context) error {
	var rows []struct {
		Code, Name string
		Threshold  *decimal.Decimal
		Enabled    bool
	}
	if err := l.db.NewRaw(`SELECT code, name, threshold, enabled FROM checks`).Scan(ctx, &rows); err != nil {
		return err
	}
	l.limits = &limits{by: make(map[string]checkLimit, len(rows))}
	for _, c := range rows {
		known := checkLimit{name: c.Name, enabled: c.Enabled}
		if c.Threshold != nil {
			known.threshold = *c.Threshold
		}
		l.limits.by[c.Code] = known
	}
	return nil
}

// check runs all checks over a value of the row. Each is a function of what was read.
func (r *WorksheetRow) check(v Value, p *Preview) []Finding {
	if !v.hasFigure() {
		return nil
	}
	var found []Finding
	for _, c := range []struct {
		code string
		find func(Value, *Preview) string
	}{
		{CheckRange, r.outOfRange}, {CheckJump, r.jump}, {CheckFraction, r.aboveDenominator}, {CheckUnchanged, r.unchanged},
		{CheckExact, r.exact}, {CheckLowTarget, r.lowTarget}, {CheckSame, r.shared}, {CheckLastHour, r.lastHour}, {CheckNoEvidence, r.noEvidence},
	} {
		limit, known := r.facts.limits.by[c.code]
		if !known || !limit.enabled {
			continue
		}
		if text := c.find(v, p); text != "" {
			found = append(found, Finding{c.code, limit.name, text})
		}
	}
	return found
}

// threshold of a check, in its own measure.
func (r *WorksheetRow) threshold(code string) scoring.Ratio {
	return scoring.RatioOf(r.facts.limits.by[code].threshold)
}

// figure is the value as one number, of a fraction the percentage; ok is false where there is none.
func figure(v Value) (n scoring.Ratio, ok bool) {
	switch {
	case v.NotApplicable:
		return n, false
	case v.Actual != nil:
		return scoring.RatioOf(*v.Actual), true
	case v.Numerator != nil && v.Denominator != nil && !v.Denominator.IsZero():
		return scoring.RatioOf(*v.Numerator).Quo(scoring.RatioOf(*v.Denominator)).Mul(hundred), true
	}
	return n, false
}

var hundred = scoring.NewRatio(100, 1)

// isMeasured says that the indicator has figures, and not steps or grades to choose from.
func (r *WorksheetRow) isMeasured() bool {
	return r.Kind != scoring.KindPredicate && r.Kind != scoring.KindMilestone && r.Kind != scoring.KindYesNo
}

func (r *WorksheetRow) outOfRange(v Value, _ *Preview) string {
	n, ok := figure(v)
	low, high := r.facts.ranges.low, r.facts.ranges.high
	switch {
	case !ok:
		return ""
	case low != nil && n.Cmp(scoring.RatioOf(*low)) < 0:
		return fmt.Sprintf("%s di bawah kisaran wajar, yaitu paling sedikit %s.", r.shown(n), r.withUnit(exactly(*low)))
	case high != nil && n.Cmp(scoring.RatioOf(*high)) > 0:
		return fmt.Sprintf("%s di atas kisaran wajar, yaitu paling banyak %s.", r.shown(n), r.withUnit(exactly(*high)))
	}
	return ""
}

func (r *WorksheetRow) jump(v Value, _ *Preview) string {
	if !r.isMeasured() || r.facts.last == nil {
		return ""
	}
	now, ok := figure(v)
	before, had := figure(*r.facts.last.Value)
	if !ok || !had || before.Sign() == 0 {
		return ""
	}
	size := before
	if size.Sign() < 0 {
		size = size.Neg()
	}
	change := now.Sub(before).Quo(size).Mul(hundred)
	word := "Naik"
	if change.Sign() < 0 {
		word, change = "Turun", change.Neg()
	}
	if change.Cmp(r.threshold(CheckJump)) <= 0 {
		return ""
	}
	return fmt.Sprintf("%s %s persen dari %s (%s).", word, ratioText(change, 0), r.before(), r.shown(before))
}

// before names the due period before in words.
func (r *WorksheetRow) before() string {
	due := r.Period.Previous()
	for !r.Frequency.Due(due.Quarter) {
		due = due.Previous()
	}
	if r.facts.last.Period != due {
		return r.facts.last.Period.String()
	}
	switch r.Frequency {
	case scoring.HalfYearly:
		return "semester lalu"
	case scoring.Yearly:
		return "tahun lalu"
	}
	return "triwulan lalu"
}

func (r *WorksheetRow) aboveDenominator(v Value, _ *Preview) string {
	if v.Numerator == nil || v.Denominator == nil || v.Numerator.Cmp(*v.Denominator) <= 0 {
		return ""
	}
	return fmt.Sprintf("Pembilang %s lebih besar daripada penyebut %s.", exactly(*v.Numerator), exactly(*v.Denominator))
}

func (r *WorksheetRow) unchanged(v Value, _ *Preview) string {
	if !r.isMeasured() || r.facts.last == nil || !sameFigures(v, *r.facts.last.Value) {
		return ""
	}
	n, ok := figure(v)
	if !ok {
		return ""
	}
	return fmt.Sprintf("Sama persis dengan %s: %s.", r.before(), r.shown(n))
}

// sameFigures says that two values have the same figures; texts play no part.
func sameFigures(a, b Value) bool {
	return same(a.Actual, b.Actual) && same(a.Numerator, b.Numerator) && same(a.Denominator, b.Denominator) && a.NotApplicable == b.NotApplicable
}

func same(a, b *decimal.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func (r *WorksheetRow) exact(_ Value, p *Preview) string {
	if p == nil || p.State != scoring.Scored || !r.isMeasured() || p.TargetRange || p.Actual.Cmp(p.Target) != 0 {
		return ""
	}
	return fmt.Sprintf("Tepat sama dengan target sampai triwulan ini: %s.", r.withUnit(ratioText(p.Target, r.Decimals)))
}

func (r *WorksheetRow) lowTarget(Value, *Preview) string {
	was := r.facts.lastYear
	years := r.facts.engine.Years
	t := years[len(years)-1].Target
	if was == nil || was.AsOf.Year != r.Period.Year-1 || t == nil || t.IsRange || !r.isMeasured() {
		return ""
	}
	target := scoring.RatioOf(t.Value)
	above := target.Cmp(was.Actual)
	if r.Direction == scoring.HigherIsBetter && above >= 0 || r.Direction == scoring.LowerIsBetter && above <= 0 || r.Direction == scoring.OnTarget {
		return ""
	}
	word := "di bawah"
	if above > 0 {
		word = "di atas"
	}
	return fmt.Sprintf("Target %d (%s) %s realisasi %d (%s).", r.Period.Year, r.withUnit(exactly(t.Value)), word, r.Period.Year-1, r.shown(was.Actual))
}

func (r *WorksheetRow) shared(v Value, _ *Preview) string {
	n, ok := figure(v)
	if !ok || !r.isMeasured() || r.facts.same == 0 || !sameFigures(v, r.Value) || scoring.NewRatio(int64(r.facts.same), 1).Cmp(r.threshold(CheckSame)) < 0 {
		return ""
	}
	return fmt.Sprintf("Angka %s dilaporkan sama persis oleh %d kelurahan.", r.shown(n), r.facts.same)
}

func (r *WorksheetRow) lastHour(Value, *Preview) string {
	if r.SubmittedAt == nil || r.Status == Draft || r.Status == Returned {
		return ""
	}
	left := r.facts.period.DueAt.Sub(*r.SubmittedAt)
	minutes := int64(left / time.Minute)
	if left <= 0 || scoring.NewRatio(minutes, 60).Cmp(r.threshold(CheckLastHour)) >= 0 {
		return ""
	}
	return fmt.Sprintf("Dikirim %d menit sebelum batas waktu.", minutes)
}

func (r *WorksheetRow) noEvidence(v Value, _ *Preview) string {
	if v.NotApplicable || len(r.Evidence) > 0 {
		return ""
	}
	return "Tidak ada bukti dukung yang dilampirkan."
}

// why says why cause, obstacle and next step are needed; empty: they are not.
func (r *WorksheetRow) why(v Value, p *Preview) string {
	if p != nil && p.OffTarget {
		return fmt.Sprintf("Capaian %s%%, %s.", ratioText(p.Raw, 2), lowerFirst(p.WordLabel))
	}
	if limit := r.facts.limits.by[CheckJump]; !limit.enabled {
		return ""
	}
	return r.jump(v, p)
}
