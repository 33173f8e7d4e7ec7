package server

import (
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var methodRoute = publicRoute{
	pattern: "/metode",
	page:    showMethod,
	paths:   func(*edition) []string { return []string{"/metode"} },
}

// methodPage explains the whole method with figures of this edition.
type methodPage struct {
	Page
	Basis    string
	Trail    []crumb
	Formulas []formulaRow
	Bands    []bandRow
	Words    []bandRow
	States   []stateRow
	Example  *spanExample // nil when no agency of this edition has something missing
	Goals    []goalWeight
	Scales   []scaleTable
	Floor    string
	Cap      string
	Fewest   int               // answers, for a breakdown to be shown
	Honesty  scorecard.Honesty // of the city
	Change   *changeExample    // nil when no change of this edition can be judged
	Pace     *paceExample      // nil when no target of this edition has a way to go
	Amended  *amendedExample   // nil when no target was amended
}

// formulaRow is the formula of one direction.
type formulaRow struct{ Direction, Formula, Range string }

// bandRow is a band with its limits in words.
type bandRow struct {
	Level int // 0 for words
	Label string
	Span  string
}

// stateRow is a state with its meaning and how often it occurs.
type stateRow struct {
	Word, Meaning, Effect string
	Count                 int
}

// spanExample works the honest interval out for one agency of this edition.
type spanExample struct {
	Agency   *scorecard.Agency
	Href     string
	Due      int
	Scored   int
	Weights  string // of all due
	Known    string // of the scored
	Points   string // Σ w·c ÷ Σ w(due)
	Missing  string // weight missing ÷ weights × cap
	Coverage string
	Score    scoreText
	Low      string
	High     string
	LowBand  string
	HighBand string
	Sure     bool
}

// goalWeight is a goal with its weight in the city's score.
type goalWeight struct {
	*scorecard.Goal
	Href string
	Text string
}

// scaleTable is a scale of the method, the highest step first.
type scaleTable struct {
	*scorecard.Scale
	Basis  string
	Status string
	Coded  bool // the code of a step says more than its label: a grade
	Rows   []scaleRow
}

type scaleRow struct{ Code, Label, From string }

// basisWords writes out the dagger by which the seeds mark what was not checked against
// the official text.
func basisWords(s string) string {
	return strings.TrimSuffix(strings.ReplaceAll(s, "†", "belum dicocokkan dengan naskah resmi"), ".")
}

func showMethod(e *edition, _ params) (view, error) {
	page := newMethodPage(e, newPage(e, "/metode", "/metode", "Cara kami menilai",
		"Rumus, kategori, bobot, dan perlakuan data kosong dalam Rapor Layanan Kota Blitar, dengan contoh hitungan."))
	page.Translation = "/en/method"
	page.Trail = trail(e, crumb{Name: "Cara menilai"})
	return view{template: "metode", data: page}, nil
}

// newMethodPage fills in the rules and examples of an edition.
func newMethodPage(e *edition, p Page) methodPage {
	m := &e.Method
	page := methodPage{
		Page:     p,
		Basis:    basisWords(m.Basis),
		Formulas: formulaRows(),
		Bands:    bandRows(e, m.Bands, true),
		Words:    bandRows(e, m.Words, false),
		States:   stateRows(e),
		Example:  newSpanExample(e),
		Floor:    formatExact(m.Floor),
		Cap:      formatExact(m.Cap),
		Fewest:   fewestAnswers,
		Honesty:  e.Honesty(scoring.LevelCity, scoring.CityCode, e.View.Latest()),
		Change:   newChangeExample(e),
		Pace:     newPaceExample(e),
		Amended:  newAmendedExample(e),
	}
	for i := range e.Goals {
		page.Goals = append(page.Goals, goalWeight{&e.Goals[i], e.Link("/tujuan/" + e.Goals[i].Code), formatExact(e.Goals[i].Weight)})
	}
	for i := range m.Scales {
		page.Scales = append(page.Scales, newScaleTable(&m.Scales[i]))
	}
	return page
}

// formulaRows are the formulas of all directions.
func formulaRows() []formulaRow {
	directions := []struct {
		direction scoring.Direction
		name      string
	}{
		{scoring.HigherIsBetter, "Makin besar makin baik"},
		{scoring.LowerIsBetter, "Makin kecil makin baik"},
		{scoring.OnTarget, "Tepat pada target"},
		{scoring.YesNo, "Ya atau tidak"},
		{scoring.Milestones, "Tahapan"},
		{scoring.Predicate, "Predikat"},
	}
	rows := make([]formulaRow, len(directions))
	for i, d := range directions {
		rows[i] = formulaRow{d.name, formulaOf(d.direction), rangeFormulaOf(d.direction)}
	}
	return rows
}

// bandRows writes bands with their limits, the highest first.
func bandRows(e *edition, bands []scorecard.Band, ranked bool) []bandRow {
	rows := make([]bandRow, len(bands))
	for i, b := range bands {
		rows[i] = bandRow{Label: sentenceCase(b.Label)}
		if ranked {
			rows[i].Level = min(e.Rank(&b.Rating), 5)
		}
		switch {
		case b.From == nil && i > 0 && bands[i-1].From != nil:
			rows[i].Span = "di bawah " + formatExact(*bands[i-1].From)
		case b.From != nil && i > 0 && bands[i-1].From != nil:
			rows[i].Span = formatExact(*b.From) + " sampai di bawah " + formatExact(*bands[i-1].From)
		case b.From != nil:
			rows[i].Span = formatExact(*b.From) + " atau lebih"
		}
	}
	return rows
}

// stateRows explains the states and counts them in the newest period.
func stateRows(e *edition) []stateRow {
	counts := map[scoring.State]int{}
	for _, a := range e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, e.View.Latest()) {
		counts[a.State]++
	}
	rows := make([]stateRow, len(scoring.States))
	for i, s := range scoring.States {
		rows[i] = stateRow{stateWord(s), stateMeaning(s), "Tidak ikut dihitung", counts[s]}
		switch {
		case s == scoring.Scored:
			rows[i].Effect = "Dihitung"
		case s.IsMissing():
			rows[i].Effect = "Melebarkan rentang"
		}
	}
	return rows
}

// newSpanExample takes the first agency by code whose data are incomplete and whose band
// is not sure, or else one whose data are incomplete; never one that is late, whose figure is
// not shown.
func newSpanExample(e *edition) *spanExample {
	var chosen *scorecard.Score
	for i := range e.Agencies {
		s := e.Score(scoring.LevelAgency, e.Agencies[i].Code, e.View.Latest())
		if s == nil || s.Score == nil || s.Low == s.High || isLate(e, s.Code) {
			continue
		}
		if chosen == nil || chosen.Rating != nil && s.Rating == nil {
			chosen = s
		}
	}
	if chosen == nil {
		return nil
	}
	span := e.Span(chosen.Code, e.View.Latest())
	if span == nil {
		return nil
	}
	x := &spanExample{
		Agency: e.Agency(chosen.Code), Href: agencyPath(e, e.Agency(chosen.Code)),
		Due: span.Due, Scored: span.Scored,
		Weights: formatExact(span.Weights), Known: formatExact(span.Known),
		Points: formatNumber(span.Points, 2), Missing: formatNumber(span.Missing, 2),
		Coverage: formatShare(chosen.Coverage),
		Score:    scoreTextOf(e, chosen),
		Low:      formatNumber(chosen.Low, 2), High: formatNumber(chosen.High, 2),
		Sure: chosen.Rating != nil,
	}
	x.Score.Text = formatNumber(*chosen.Score, 2)
	if low, high := e.Band(&chosen.Low), e.Band(&chosen.High); low != nil && high != nil {
		x.LowBand, x.HighBand = sentenceCase(low.Label), sentenceCase(high.Label)
	}
	return x
}

// gradeLength is how long a grade is at most: "A-". A longer code is only the name of a
// label.
const gradeLength = 2

// newScaleTable lists a scale from its highest step.
func newScaleTable(s *scorecard.Scale) scaleTable {
	t := scaleTable{Scale: s, Basis: basisWords(s.Basis), Status: basisWords(s.Status)}
	for i := len(s.Steps) - 1; i >= 0; i-- {
		step := s.Steps[i]
		row := scaleRow{step.Code, sentenceCase(step.Label), "urutan " + formatCount(step.Ordinal)}
		if step.Label == "" {
			row.Label = step.Code
		}
		t.Coded = t.Coded || step.Label != "" && len(step.Code) <= gradeLength
		switch {
		case step.From != nil && step.Exclusive:
			row.From = "di atas " + formatExact(*step.From)
		case step.From != nil:
			row.From = formatExact(*step.From) + " atau lebih"
		case i == 0 && len(s.Steps) > 1 && s.Steps[1].From != nil:
			row.From = "di bawahnya"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
