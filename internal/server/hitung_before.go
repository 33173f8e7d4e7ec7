package server

import (
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// earlierFigure is the same figure in the publication before, and what became of it since.
type earlierFigure struct {
	Number int
	Href   string // empty where that publication does not have the figure
	Text   string // what changed, in a sentence or two
}

// figureBefore looks a figure up in the publication before this one; nil for the first
// publication, and where that one cannot be opened.
func figureBefore(e *edition, a *scorecard.Achievement) *earlierFigure {
	number := 0
	for _, info := range e.Others {
		if info.Number < e.Number {
			number = max(number, info.Number)
		}
	}
	if number == 0 {
		return nil
	}
	old, err := e.open(number)
	if err != nil {
		return nil
	}
	f := &earlierFigure{Number: number}
	name := "Terbitan " + formatPlain(number)
	if old.View.Latest().Before(a.Period) {
		f.Text = name + " belum memuat " + formatPeriod(a.Period) + "."
		return f
	}
	b := old.Achievement(a.Agency, a.Indicator, a.Period)
	if b == nil || old.Indicator(a.Indicator) == nil {
		f.Text = name + " belum punya angka ini."
		return f
	}
	f.Href = calculationAddress(a.Indicator, a.Agency, a.Period) + "?terbitan=" + formatPlain(number)
	f.Text = figureDifference(e, old, a, b)
	return f
}

// figureDifference says what changed of a figure from b, in the publication before, to a.
func figureDifference(e, old *edition, a, b *scorecard.Achievement) string {
	now, before := newListedTarget(e, a), newListedTarget(old, b)
	var parts []string
	tell := func(what, was, is string) {
		if was != is {
			parts = append(parts, what+" semula "+was+", kini "+is+".")
		}
	}
	figure := func(a *scorecard.Achievement) string {
		if a.State != scoring.Scored || a.Scored == nil {
			return strings.ToLower(stateWord(a.State))
		}
		return formatNumber(*a.Scored, 2)
	}
	tell("Nilainya", figure(b), figure(a))
	tell("Realisasinya", before.ActualText, now.ActualText)
	tell("Targetnya", before.TargetText, now.TargetText)
	tell("Label buktinya", strings.ToLower(before.Grade), strings.ToLower(now.Grade))
	if len(parts) == 0 {
		return "Angkanya sama dengan di sini."
	}
	if p := a.Provenance; p != nil && p.Corrections > 0 && (b.Provenance == nil || b.Provenance.Corrections < p.Corrections) {
		parts = append(parts, "Laporannya dibetulkan di antara kedua terbitan.")
	}
	return strings.Join(parts, " ")
}

// sideways are the same target one due period before and after, where there are such.
func sideways(e *edition, a *scorecard.Achievement) (before, after *figureLink) {
	for _, b := range e.Series(a.Agency, a.Indicator) {
		switch {
		case b == nil:
		case b.Period.Before(a.Period):
			before = &figureLink{formatPeriod(b.Period), explainPath(e, b)}
		case a.Period.Before(b.Period) && after == nil:
			after = &figureLink{formatPeriod(b.Period), explainPath(e, b)}
		}
	}
	return before, after
}
