package server

import (
	"strconv"
	"sync"

	"petajalan/internal/scorecard"
)

// correctionsPage lists what later publications corrected in what was published before:
// the newest first.
type correctionsPage struct {
	Page
	Trail   []crumb
	Finding string // h1
	Groups  []correctionGroup
	Before  int // the last publication that is not looked at here; 0: all are
}

// correctionGroup is what one publication corrected against the one before.
type correctionGroup struct {
	Info    editionInfo
	Title   string
	Reason  string
	Href    string       // the whole comparison
	Rows    []correction // the first of all corrections
	Values  int          // reported values that were corrected
	Targets int          // targets that were amended
	Late    int          // reports of old periods that came in only now
}

// correction is one thing that was published and has changed since.
type correction struct {
	Href   string // how the figure came about, or the indicator
	What   string // the indicator
	Text   string // what changed, as a sentence
	Reason string // may be empty
}

// Bounds of the page: publications that are compared, and corrections of each that are
// listed. The comparison itself has more, and the data have all.
const (
	correctionGroups = 12
	correctionRows   = 25
)

// corrections remembers what neighbouring publications differ in, as the pages of the latest
// one tell it: publications never change, and reading two takes seconds.
type corrections struct {
	mu   sync.Mutex
	told map[[2]string]correctionGroup // by the fingerprints of the older and the newer one
}

func (r *corrections) show(e *edition, _ params) (view, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	page := correctionsPage{
		Page: newPage(e, "/perbaikan", "/perbaikan", "Perbaikan data",
			"Setiap angka dan target yang diperbaiki sesudah terbit dalam Rapor Layanan Kota Blitar, dengan alasan dan tanggalnya."),
		Trail: trail(e, crumb{Name: "Perbaikan data"}),
	}
	values, targets := 0, 0
	for number := e.Number; number > 1; number-- {
		if e.Number-number == correctionGroups {
			page.Before = number
			break
		}
		if _, ok := findInfo(e.Others, number-1); !ok {
			break
		}
		g, err := r.tell(e, number)
		if err != nil {
			return view{}, err
		}
		if g.Count()+g.Late > 0 {
			page.Groups = append(page.Groups, g)
			values, targets = values+g.Values, targets+g.Targets
		}
	}
	page.Finding = correctionsFinding(values, targets)
	return view{template: "perbaikan", data: page}, nil
}

// tell says what a publication corrected in the one before it.
func (r *corrections) tell(e *edition, number int) (correctionGroup, error) {
	before, _ := findInfo(e.Others, number-1)
	info, _ := findInfo(e.Others, number)
	key := [2]string{before.SHA256, info.SHA256}
	if g, ok := r.told[key]; ok && e.Latest {
		return g, nil
	}
	newer, err := e.open(number)
	if err != nil {
		return correctionGroup{}, err
	}
	older, err := e.open(number - 1)
	if err != nil {
		return correctionGroup{}, err
	}
	g := newCorrections(e, older, newer)
	if e.Latest { // the links of others keep to their publication
		r.told[key] = g
	}
	return g, nil
}

// correctionsFinding counts what was corrected.
func correctionsFinding(values, targets int) string {
	switch {
	case values == 0 && targets == 0:
		return "Belum ada angka terbitan yang diperbaiki"
	case targets == 0:
		return formatCount(values) + " angka diperbaiki sesudah terbit"
	case values == 0:
		return formatCount(targets) + " target diubah sesudah terbit"
	}
	return formatCount(values) + " angka dan " + formatCount(targets) + " target diubah sesudah terbit"
}

// newCorrections tells what the newer of two publications corrected; links stay in e.
func newCorrections(e, older, newer *edition) correctionGroup {
	info, _ := findInfo(e.Others, newer.Number)
	g := correctionGroup{
		Info:   info,
		Reason: sentence(info.Reason),
		Href:   "/terbitan/" + formatPlain(older.Number) + "..." + formatPlain(newer.Number),
	}
	c := scorecard.Compare(older.View, newer.View)
	add := func(row correction) {
		if len(g.Rows) < correctionRows {
			g.Rows = append(g.Rows, row)
		}
	}
	for _, t := range c.Targets {
		if t.Before != nil {
			g.Targets++
			add(targetCorrection(e, newer, t))
		}
	}
	corrected, late := splitValues(c.Values)
	g.Values, g.Late = len(corrected), len(late)
	for _, v := range corrected {
		add(valueCorrection(e, newer, v))
	}
	verb := " melengkapi terbitan "
	if g.Count() > 0 {
		verb = " memperbaiki terbitan "
	}
	g.Title = "Terbitan " + formatPlain(newer.Number) + verb + formatPlain(older.Number)
	return g
}

// Count is how many corrections there are, of which Rows are the first.
func (g correctionGroup) Count() int { return g.Values + g.Targets }

// targetCorrection says that a target was amended.
func targetCorrection(e, newer *edition, t scorecard.TargetChange) correction {
	row := correction{What: t.After.Indicator, Href: e.Link("/indikator/" + t.After.Indicator), Reason: sentence(t.After.Reason)}
	from, to := noFigure, noFigure
	if ind := newer.Indicator(t.After.Indicator); ind != nil {
		row.What = ind.Name
		from, to = yearTarget(newer, ind, t.Before), yearTarget(newer, ind, t.After)
	}
	row.Text = agencyName(newer, t.After.Agency) + ": target " + strconv.Itoa(t.After.Year) + " diubah dari " + from + " menjadi " + to + "."
	if t.After.LegalBasis != "" {
		row.Reason += " Dasar hukum: " + sentence(t.After.LegalBasis)
	}
	return row
}

// valueCorrection says that a reported value was corrected.
func valueCorrection(e, newer *edition, v scorecard.AchievementChange) correction {
	row := correction{What: v.After.Indicator, Href: explainPath(e, v.After)}
	if ind := newer.Indicator(v.After.Indicator); ind != nil {
		row.What = ind.Name
	}
	row.Text = agencyName(newer, v.After.Agency) + ", " + formatPeriod(v.After.Period) + ": semula " +
		reportedText(newer, v.Before) + ", kini " + reportedText(newer, v.After) + "."
	if p := v.After.Provenance; p != nil {
		row.Reason = sentence(p.Note)
	}
	return row
}

// agencyName is the name of an agency, or its code where the publication has none.
func agencyName(e *edition, code string) string {
	if a := e.Agency(code); a != nil {
		return a.Name
	}
	return code
}
