package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// promiseFigure is the plan of an indicator over its years beside what was reached.
type promiseFigure struct {
	Title    string // what the pace comes to
	Pace     []string
	Plot     chart.SVG // empty where a line would say nothing
	Subtitle string    // how to read the drawing
	Years    []planYear
	Plans    []planRow // where agencies have different targets: a row for each set of them
	Columns  []int     // years of Plans
}

// planYear is one year of a plan that all agencies of an indicator share.
type planYear struct {
	Year       int
	Now, First string // targets; First only where it was changed
	Result     string // at the end of the year, or so far
	Until      string // up to when, where the year is not over
	Outcome    string // "15 dari 46 tercapai", or the status of the only target
	Mark       string // of the status; empty for several
}

// Badge is the outcome as a status, for the only target there is.
func (y planYear) Badge() status { return status{y.Mark, y.Outcome} }

// planRow is a set of yearly targets and the agencies that have exactly these.
type planRow struct {
	Targets  []string // one for each year; "–" where there is none
	Agencies []*scorecard.Agency
	Name     string // of the only agency, or how many they are
	Names    string // of the agencies, where they are few; else empty
}

// newPromiseFigure draws the plan where all agencies share one, and lists it where not.
func newPromiseFigure(e *edition, ind *scorecard.Indicator) promiseFigure {
	var f promiseFigure
	targets := e.AchievementsFor(ind.Code, e.View.Latest())
	if len(targets) == 1 {
		f.Pace = paceSentences(ind, e.Pace(targets[0].Agency, ind.Code, e.View.Latest()))
	} else {
		f.Pace = pacesOf(e, ind, targets)
	}
	f.Columns, f.Plans = plans(e, ind)
	if len(f.Plans) != 1 {
		return f
	}
	agency := f.Plans[0].Agencies[0].Code
	f.Plans, f.Years = nil, planYears(e, ind, agency)
	f.Plot, f.Subtitle = promiseChart(e, ind, agency)
	return f
}

// planYears lists the years of a plan that all agencies share with this one.
func planYears(e *edition, ind *scorecard.Indicator, agency string) []planYear {
	var rows []planYear
	for y := e.Roadmap.FirstYear; y <= e.Roadmap.LastYear; y++ {
		row := planYear{Year: y, Now: noFigure, Result: noFigure}
		current, first := e.TargetPair(agency, ind.Code, y)
		if current != nil {
			row.Now = yearTarget(e, ind, current)
			if text := yearTarget(e, ind, first); text != row.Now {
				row.First = text
			}
		}
		if p, own := newestOwn(e, ind, y); len(own) > 0 {
			if p.Quarter < 4 {
				row.Until = "sampai Triwulan " + romans[p.Quarter]
			}
			if len(own) == 1 && len(e.AchievementsFor(ind.Code, p)) == 1 {
				s := targetStatus(e, own[0])
				row.Result, row.Outcome, row.Mark = formatMeasure(ind, own[0].Actual, own[0].ActualLabel, own[0].Target), s.Word, s.Mark
			} else {
				t := tallyOf(e, own)
				row.Result = formatMeasure(ind, e.Together(ind, own).Value, nil, nil)
				if t.Due() > 0 {
					row.Outcome = countOf(t.Reached, t.Due()) + " tercapai"
				}
				if row.Result == noFigure { // of several, nothing can be put together
					row.Result, row.Outcome = row.Outcome, ""
				}
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// newestOwn is the newest due period of a year with what it brought itself, nothing carried.
func newestOwn(e *edition, ind *scorecard.Indicator, year int) (p scoring.Period, own []*scorecard.Achievement) {
	for i := len(e.Periods) - 1; i >= 0; i-- {
		p = e.Periods[i].Period
		if p.Year != year || !ind.Frequency.Due(p.Quarter) {
			continue
		}
		for _, a := range e.AchievementsFor(ind.Code, p) {
			if !a.IsCarried() {
				own = append(own, a)
			}
		}
		return p, own
	}
	return scoring.Period{}, nil
}

// promiseChart draws the plan of an agency, which all share, beside what the agencies
// brought together. It is empty for yes or no and for what cannot be put together.
func promiseChart(e *edition, ind *scorecard.Indicator, agency string) (svg chart.SVG, subtitle string) {
	if ind.Kind == scoring.KindYesNo {
		return "", ""
	}
	slots := promiseSlots(e, ind, agency)
	drawn := slices.ContainsFunc(slots, func(s chart.Slot) bool { return s.Value != nil && !s.BeforeThePlan })
	if !drawn && !slices.ContainsFunc(slots, func(s chart.Slot) bool { return s.Promise != nil }) {
		return "", ""
	}
	adds := ind.Consolidation == scoring.Sum && ind.Kind != scoring.KindFraction // each year begins from nothing
	if ind.Baseline != nil && !adds {
		before := chart.Slot{Year: "awal", Value: geometry(ind.Baseline), BeforeThePlan: true}
		if year := ind.BaselineYear; year != nil && *year < e.Roadmap.FirstYear {
			before.Year = strconv.Itoa(*year)
		}
		if ordinal := ordinalOf(e.View, ind, *ind.Baseline); ordinal != nil {
			before.Value = ordinal
		}
		// Two slots, so that its word does not run into the first year.
		slots = append([]chart.Slot{before, {Year: before.Year, BeforeThePlan: true}}, slots...)
	}
	low, high, ok := axisOf(ind)
	if ind.Kind == scoring.KindMilestone {
		low, high, ok = "0", "100", true
	}
	var lowest, highest *float64
	if ok {
		lowest, highest = geometry(&low), geometry(&high)
	}
	f := chart.Promise{Slots: slots}
	var ticks []float64
	f.Floor, f.Ceiling, ticks = chart.PromiseAxis(slots, lowest, highest)
	for _, at := range ticks {
		if text, ok := tickText(e.View, ind, at); ok {
			f.Ticks = append(f.Ticks, chart.Tick{At: at, Text: text})
		}
	}
	f.Label = newestDrawn(e, ind)
	if current, _ := e.TargetPair(agency, ind.Code, e.Roadmap.LastYear); current != nil && current.Value != nil {
		f.PromiseLabel = strings.TrimPrefix(strings.TrimPrefix(yearTarget(e, ind, current), "paling lama "), "paling banyak ")
	}
	subtitle = "Garis bertingkat: target. Garis tebal: hasil."
	if slots[0].BeforeThePlan && slots[0].Value != nil {
		subtitle += " Lingkaran kosong: kondisi awal."
	}
	if slices.ContainsFunc(slots, func(s chart.Slot) bool { return s.First != nil }) {
		subtitle += " Garis kelabu: target semula."
	}
	if slices.ContainsFunc(slots, func(s chart.Slot) bool { return s.Break }) {
		subtitle += " Garis putus-putus: cara mengukur berganti, jadi deretnya tidak disambung."
	}
	if f.Floor > 0 {
		subtitle += " Sumbu tidak dimulai dari nol."
	}
	return f.SVG(), subtitle
}

// newestDrawn writes the newest result that is drawn; empty when there is none.
func newestDrawn(e *edition, ind *scorecard.Indicator) string {
	for y := e.View.Latest().Year; y >= e.Roadmap.FirstYear; y-- {
		_, own := newestOwn(e, ind, y)
		if all := e.Together(ind, own); all.Value != nil {
			return formatMeasure(ind, all.Value, labelOf(e.View, ind, all.Value), nil)
		}
	}
	return ""
}

// promiseSlots are the quarters of the plan: what is promised to each date and what was
// reached.
func promiseSlots(e *edition, ind *scorecard.Indicator, agency string) []chart.Slot {
	adds := ind.Consolidation == scoring.Sum && ind.Kind != scoring.KindFraction
	breaks, _ := scorecard.BreakYears(ind.BreakNote)
	var slots []chart.Slot
	for y := e.Roadmap.FirstYear; y <= e.Roadmap.LastYear; y++ {
		current, first := e.TargetPair(agency, ind.Code, y)
		for q := 1; q <= 4; q++ {
			p := scoring.Period{Year: y, Quarter: q}
			s := chart.Slot{Year: strconv.Itoa(y), Idle: !ind.Frequency.Due(q), Restart: adds && q == 1, Break: breaks[y] && q == 1 && (len(slots) > 0 || ind.Baseline != nil)}
			s.Promise, s.PromiseHigh = promisedBy(ind, current, adds, q)
			if first != current {
				if s.First, _ = promisedBy(ind, first, adds, q); s.First != nil && s.Promise != nil && *s.First == *s.Promise {
					s.First = nil
				}
			}
			if !s.Idle && !e.View.Latest().Before(p) {
				var own []*scorecard.Achievement
				for _, a := range e.AchievementsFor(ind.Code, p) {
					if !a.IsCarried() {
						own = append(own, a)
					}
				}
				s.Value = geometry(e.Together(ind, own).Value)
			}
			slots = append(slots, s)
		}
	}
	return slots
}

// promisedBy is what a target of a year promises up to a quarter: all of it, or of an
// indicator that adds up, or has steps, the part that is due by then.
func promisedBy(ind *scorecard.Indicator, t *scorecard.Target, adds bool, quarter int) (value, high *float64) {
	if t == nil || t.Withdrawn() {
		return nil, nil
	}
	value, high = geometry(t.Value), geometry(t.High)
	if value == nil {
		value = geometry(t.Low)
	}
	due, per := 0, ind.Frequency.DuePerYear()
	for q := 1; q <= 4; q++ {
		if ind.Frequency.Due(q) {
			due++
			if q >= quarter {
				break
			}
		}
	}
	switch {
	case len(t.Steps) >= due && adds && len(t.Steps) > 0:
		sum := 0.0
		for _, step := range t.Steps[:due] {
			if at := geometry(&step); at != nil {
				sum += *at
			}
		}
		value = &sum
	case len(t.Steps) >= due && len(t.Steps) > 0:
		value = geometry(&t.Steps[due-1])
	case adds && per > 1:
		share := func(v *float64) *float64 {
			if v == nil {
				return nil
			}
			part := *v * float64(due) / float64(per)
			return &part
		}
		value, high = share(value), share(high)
	}
	return value, high
}

// ordinalOf is the place of a grade on the scale of a predicate; nil for anything else.
func ordinalOf(v *scorecard.View, ind *scorecard.Indicator, grade string) *float64 {
	scale := scaleOf(v, ind)
	if scale == nil || ind.Kind != scoring.KindPredicate {
		return nil
	}
	for _, step := range scale.Steps {
		if step.Code == grade {
			at := float64(step.Ordinal)
			return &at
		}
	}
	return nil
}

// tickText is the figure of a height on the axis; of a predicate its grade, and false
// where there is none.
func tickText(v *scorecard.View, ind *scorecard.Indicator, at float64) (string, bool) {
	number := strconv.FormatFloat(at, 'f', -1, 64)
	if ind.Kind == scoring.KindPredicate {
		label := labelOf(v, ind, &number)
		if label == nil {
			return "", false
		}
		return *label, true
	}
	if ind.Unit == "%" || ind.Kind == scoring.KindMilestone {
		return formatExact(number) + "%", true
	}
	return formatExact(number), true
}

// planChange is a target of a year that was changed or taken back.
type planChange struct {
	Agency, Href string
	Year         int
	First, Now   string
	Last         *scorecard.Target // in force, with reason and legal basis
}

// Why is the reason for the change, as a sentence.
func (c planChange) Why() string { return sentence(c.Last.Reason) }

// Basis is the legal basis of the change, as a sentence.
func (c planChange) Basis() string { return sentence(c.Last.LegalBasis) }

// planChanges lists the targets of an indicator that were changed, the first promise
// beside the one in force, by year and name of the agency.
func planChanges(e *edition, ind *scorecard.Indicator) []planChange {
	var all []planChange
	for i := range e.Agencies {
		agency := &e.Agencies[i]
		for y := e.Roadmap.FirstYear; y <= e.Roadmap.LastYear; y++ {
			current, first := e.TargetPair(agency.Code, ind.Code, y)
			if current == nil || current == first {
				continue
			}
			all = append(all, planChange{Agency: agency.Name, Href: agencyPath(e, agency), Year: y,
				First: yearTarget(e, ind, first), Now: yearTarget(e, ind, current), Last: current})
		}
	}
	slices.SortStableFunc(all, func(a, b planChange) int {
		if a.Year != b.Year {
			return a.Year - b.Year
		}
		return strings.Compare(strings.ToLower(a.Agency), strings.ToLower(b.Agency))
	})
	return all
}

// plans are the yearly targets in force. Agencies with the same targets share a row; the
// row of most agencies comes first.
func plans(e *edition, ind *scorecard.Indicator) (years []int, rows []planRow) {
	for y := e.Roadmap.FirstYear; y <= e.Roadmap.LastYear; y++ {
		years = append(years, y)
	}
	byPlan := map[string]int{}
	agencies := 0
	for i := range e.Agencies {
		agency := &e.Agencies[i]
		if len(e.Targets(agency.Code, ind.Code)) == 0 {
			continue
		}
		agencies++
		texts := make([]string, len(years))
		for j, y := range years {
			texts[j] = noFigure
			if t, _ := e.TargetPair(agency.Code, ind.Code, y); t != nil {
				texts[j] = yearTarget(e, ind, t)
			}
		}
		key := strings.Join(texts, "\n")
		at, ok := byPlan[key]
		if !ok {
			at = len(rows)
			byPlan[key] = at
			rows = append(rows, planRow{Targets: texts})
		}
		rows[at].Agencies = append(rows[at].Agencies, agency)
	}
	for i := range rows {
		rows[i].name(agencies)
	}
	slices.SortStableFunc(rows, func(a, b planRow) int { return len(b.Agencies) - len(a.Agencies) })
	return years, rows
}

// namedAgencies is how many agencies are named where a row is for several.
const namedAgencies = 6

// name says whom a row of targets is for, out of so many agencies.
func (r *planRow) name(of int) {
	slices.SortFunc(r.Agencies, scorecard.ByName)
	n := len(r.Agencies)
	switch {
	case n == 1:
		r.Name = r.Agencies[0].Name
		return
	case n == of:
		r.Name = "Semua " + formatCount(n) + " instansi"
		return
	}
	r.Name = formatCount(n) + " instansi"
	if n <= namedAgencies {
		names := make([]string, n)
		for i, a := range r.Agencies {
			names[i] = a.ShortName
		}
		r.Names = strings.Join(names, ", ")
	}
}
