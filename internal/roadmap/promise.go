package roadmap

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// Withdrawn is the word that takes a target back, in files and forms.
const Withdrawn = "dicabut"

// Complaint is what is wrong with a part of the plan as it was written: under which key, what,
// and how to put it right, both in plain Indonesian without a full stop.
type Complaint struct{ Key, What, Fix string }

var (
	decimalPattern       = regexp.MustCompile(`^[0-9]{1,14}(\.[0-9]+)?$`)
	commaDecimal         = regexp.MustCompile(`^[0-9.]*,[0-9]+$`)
	negativeDecimal      = regexp.MustCompile(`^[-−][0-9]+([.,][0-9]+)?$`)
	rangePattern         = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?[-–] ?([0-9]+(?:\.[0-9]+)?)$`)
	negativeRangePattern = regexp.MustCompile(`^[-−][0-9.]+ ?[-–] ?[-−]?[0-9.]+$`)
)

// ReadDecimal reads a decimal with a point, of at most places decimals, that is not negative.
// The complaint is nil when it is one; its Key is empty.
func ReadDecimal(text string, places int) (decimal.Decimal, *Complaint) {
	switch {
	case commaDecimal.MatchString(text):
		return decimal.Decimal{}, &Complaint{What: "memakai koma desimal", Fix: "Tulis angka dengan titik desimal, misalnya 82.5"}
	case negativeDecimal.MatchString(text):
		return decimal.Decimal{}, &Complaint{What: "negatif", Fix: "Tulis angka nol atau lebih"}
	case !decimalPattern.MatchString(text):
		return decimal.Decimal{}, &Complaint{What: "bukan angka", Fix: "Tulis angka dengan titik desimal, misalnya 82.5"}
	}
	if _, decimals, _ := strings.Cut(text, "."); len(decimals) > places {
		return decimal.Decimal{}, &Complaint{What: fmt.Sprintf("punya lebih dari %d angka di belakang titik", places), Fix: "Bulatkan angkanya"}
	}
	d, err := decimal.Parse(text)
	if err != nil {
		return decimal.Decimal{}, &Complaint{What: "terlalu besar", Fix: "Tulis angka dengan paling banyak 14 digit di depan titik"}
	}
	return d.Trim(0), nil
}

// Promise is what a target promises: a value, a range, or neither when it is withdrawn.
type Promise struct {
	Value, Low, High *decimal.Decimal
	Steps            []decimal.Decimal
}

// Put sets what t promises.
func (p Promise) Put(t *Target) { t.Value, t.Low, t.High, t.Steps = p.Value, p.Low, p.High, p.Steps }

// ReadPromise reads what a target of the indicator says: a number with a point, a range, a grade
// of the scale (nil: the indicator has none, or it is not known), ya or tidak, or Withdrawn; and
// its steps, one per due period with semicolons between. Complaints have the key target or steps.
func ReadPromise(target, steps string, indicator *Indicator, scale *Scale) (Promise, []Complaint) {
	r := promiseReader{indicator: indicator, scale: scale, target: target}
	r.readTarget()
	if steps != "" {
		r.readSteps(steps)
	}
	return r.Promise, r.complaints
}

type promiseReader struct {
	Promise
	indicator  *Indicator
	scale      *Scale
	target     string
	complaints []Complaint
}

func (r *promiseReader) complain(key, what, fix string) {
	r.complaints = append(r.complaints, Complaint{key, what, fix})
}

func (r *promiseReader) number(key, text string) (decimal.Decimal, bool) {
	d, bad := ReadDecimal(text, 4)
	if bad != nil {
		r.complain(key, fmt.Sprintf("%s %s %s", key, Quote(text), bad.What), bad.Fix)
	}
	return d, bad == nil
}

func (r *promiseReader) readTarget() {
	text, kind := r.target, r.indicator.Kind
	bounds := rangePattern.FindStringSubmatch(text)
	plain := kind != scoring.KindPredicate && kind != scoring.KindMilestone && kind != scoring.KindYesNo
	switch {
	case text == Withdrawn:
	case kind == scoring.KindPredicate:
		r.readGrade()
	case kind == scoring.KindYesNo:
		switch text {
		case "ya":
			r.Value = new(decimal.One)
		case "tidak":
			r.Value = new(decimal.Zero)
		default:
			r.complain("target", "target "+Quote(text)+" bukan ya atau tidak", "Tulis ya atau tidak")
		}
	case negativeRangePattern.MatchString(text):
		r.complain("target", "target "+Quote(text)+" negatif", "Tulis angka nol atau lebih; untuk hasil yang bisa negatif, pakai indikator lain")
	case plain && bounds != nil:
		low, okLow := r.number("target", bounds[1])
		high, okHigh := r.number("target", bounds[2])
		if okLow && okHigh && high.Less(low) {
			r.complain("target", fmt.Sprintf("rentang target %s terbalik", Quote(text)), fmt.Sprintf("Tulis dari yang rendah: %s-%s", high, low))
		}
		r.Low, r.High = &low, &high
	case plain && kind == scoring.KindRange:
		r.complain("target", "target "+Quote(text)+" bukan rentang", "Tulis rentang, misalnya 60-85")
	default:
		value, ok := r.number("target", text)
		if ok && kind == scoring.KindMilestone && !slices.ContainsFunc(r.indicator.Steps, func(s MilestoneStep) bool { return s.Percent.Equal(value) }) {
			r.complain("target", "target "+Quote(text)+" bukan salah satu tahap "+r.indicator.Code, "Pilih salah satu: "+percentsOf(r.indicator))
		}
		if ok {
			r.Value = &value
		}
	}
}

// readGrade reads the ordinal of a predicate. Without a scale there is nothing to say: that is
// told where the indicator names it.
func (r *promiseReader) readGrade() {
	if r.scale == nil {
		return
	}
	step := r.scale.Find(r.target)
	if step == nil {
		r.complain("target", fmt.Sprintf("target %s tidak ada dalam skala %s", Quote(r.target), r.scale.Code), "Pilih salah satu: "+r.scale.Grades())
		return
	}
	r.Value = new(decimal.MustNew(int64(step.Ordinal), 0))
}

// Grades lists the codes of a scale, the highest first.
func (s *Scale) Grades() string {
	grades := make([]string, 0, len(s.Steps))
	for i := len(s.Steps) - 1; i >= 0; i-- {
		grades = append(grades, s.Steps[i].Code)
	}
	return strings.Join(grades, ", ")
}

func percentsOf(indicator *Indicator) string {
	var percents []string
	for _, s := range indicator.Steps {
		percents = append(percents, s.Percent.String())
	}
	return strings.Join(percents, ", ")
}

// readSteps reads the targets of the due periods: parts that add up to the target of a sum, or
// levels of which the last is the target.
func (r *promiseReader) readSteps(steps string) {
	if r.Value == nil {
		if r.Low != nil || r.target == Withdrawn {
			r.complain("steps", "steps hanya untuk target satu angka", "Kosongkan steps")
		}
		return
	}
	i := r.indicator
	isSum := i.Consolidation == scoring.Sum && i.Kind != scoring.KindFraction
	isLevel := i.Consolidation == scoring.Last && (i.Kind == scoring.KindNumber || i.Kind == scoring.KindFraction || i.Kind == scoring.KindIndex)
	if !isSum && !isLevel {
		r.complain("steps", "steps tidak berlaku untuk indikator "+i.Code, "Kosongkan steps")
		return
	}
	parts := strings.Split(steps, ";")
	if due := i.Frequency.DuePerYear(); len(parts) != due {
		r.complain("steps", fmt.Sprintf("steps berisi %d angka, seharusnya %d (%s)", len(parts), due, i.Frequency), "Tulis satu angka per periode, dipisah titik koma")
		return
	}
	total := decimal.Zero
	for _, part := range parts {
		step, ok := r.number("steps", strings.TrimSpace(part))
		if !ok {
			return
		}
		r.Steps = append(r.Steps, step)
		sum, err := total.Add(step)
		if err != nil {
			r.complain("steps", "jumlah steps terlalu besar", "Betulkan angkanya")
			return
		}
		total = sum
	}
	if isSum && !total.Equal(*r.Value) {
		r.complain("steps", fmt.Sprintf("jumlah steps %s, seharusnya sama dengan target %s", total.Trim(0), r.Value), "Betulkan bagian tiap periode")
	}
	if last := r.Steps[len(r.Steps)-1]; isLevel && !last.Equal(*r.Value) {
		r.complain("steps", fmt.Sprintf("steps terakhir %s, seharusnya sama dengan target %s", last, r.Value), "Betulkan angka periode terakhir")
	}
}

// WritePromise is what ReadPromise reads back: the target and its steps.
func WritePromise(t *Target, indicator *Indicator, scale *Scale) (target, steps string) {
	parts := make([]string, len(t.Steps))
	for i, s := range t.Steps {
		parts[i] = s.String()
	}
	steps = strings.Join(parts, ";")
	switch {
	case t.Low != nil:
		return t.Low.String() + "-" + t.High.String(), steps
	case t.Value == nil:
		return Withdrawn, steps
	}
	switch indicator.Kind {
	case scoring.KindPredicate:
		if scale != nil {
			for _, s := range scale.Steps {
				if t.Value.Equal(decimal.MustNew(int64(s.Ordinal), 0)) {
					return s.Code, steps
				}
			}
		}
	case scoring.KindYesNo:
		if t.Value.IsZero() {
			return "tidak", steps
		}
		return "ya", steps
	}
	return t.Value.String(), steps
}
