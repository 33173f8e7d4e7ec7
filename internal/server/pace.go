package server

import (
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// Sentences on the needed pace.

// paceText says what it takes to reach the target of this year, or once that is reached,
// or nothing of the year is left, that of the last year; empty where there is nothing to
// say. "Perlu naik 2,1 poin tiap triwulan sampai akhir 2026. Yang tercepat sejauh ini 1,4."
func paceText(e *edition, a *scorecard.Achievement) string {
	p := e.Pace(a.Agency, a.Indicator, a.Period)
	ind := e.Indicator(a.Indicator)
	if p == nil || ind == nil || ind.Kind == scoring.KindMilestone { // the percent of a step is no distance
		return ""
	}
	switch year := p.Year; {
	case year != nil && year.Beyond:
		return "Batas untuk " + strconv.Itoa(year.Year) + " sudah terlewati."
	case year != nil && year.Needed != nil:
		return paceTo(ind, p, year)
	case p.End != nil && p.End.Needed != nil:
		return paceTo(ind, p, p.End)
	}
	return ""
}

// unseenPaces counts the agencies for which an indicator must move faster than it ever did
// there to reach this year's target, or its only agency's pace; empty where none must.
func unseenPaces(e *edition, indicator string) string {
	targets := e.AchievementsFor(indicator, e.View.Latest())
	if len(targets) == 1 {
		return paceText(e, targets[0])
	}
	unseen := 0
	for _, a := range targets {
		if p := e.Pace(a.Agency, indicator, a.Period); p != nil && p.Year != nil && p.Year.Unseen {
			unseen++
		}
	}
	if unseen == 0 {
		return ""
	}
	return "Di " + countOf(unseen, len(targets)) + " unit, laju yang perlu untuk target tahun ini belum pernah tercapai."
}

// paceTo says the pace to one target beside the best ever seen.
func paceTo(ind *scorecard.Indicator, p *scorecard.Pace, to *scorecard.PaceTo) string {
	needed := paceFigure(ind, p, *to.Needed, p.Best)
	each := "tiap " + duePeriodWord(p.Frequency)
	if to.Periods == 1 {
		each = "dalam satu " + duePeriodWord(p.Frequency) + " lagi"
	}
	verb := "naik "
	switch {
	case p.Adds && to.Falls:
		verb = "paling banyak "
	case p.Adds:
		verb = ""
	case to.Falls:
		verb = "turun "
	}
	text := "Perlu " + verb + needed + " " + each + " untuk mencapai target " + strconv.Itoa(to.Year) + "."
	if p.Best == nil {
		return text
	}
	best := paceFigure(ind, p, *p.Best, to.Needed)
	switch {
	case p.Adds && to.Falls:
		return text + " Paling sedikit sejauh ini " + best + "."
	case p.Adds:
		return text + " Paling banyak sejauh ini " + best + "."
	case strings.HasPrefix(*p.Best, "-") || *p.Best == "0":
		return text + " Sejauh ini belum pernah " + strings.TrimSpace(verb) + "."
	case to.Unseen:
		return text + " Yang tercepat sejauh ini " + best + ": belum pernah secepat itu."
	}
	return text + " Yang tercepat sejauh ini " + best + "."
}

// paceFigure writes a pace in the unit of its indicator, with the decimals that tell it
// from the one beside it: "2,1 poin", "3 menit", "1 tingkat".
func paceFigure(ind *scorecard.Indicator, p *scorecard.Pace, figure string, beside *string) string {
	d, ok := parseDigits(figure)
	if !ok {
		return figure
	}
	decimals := min(ind.Decimals, 1)
	if ind.Kind == scoring.KindFraction || ind.Kind == scoring.KindIndex || !p.Adds {
		decimals = 1
	}
	if beside != nil {
		decimals = tellingDecimals(d, *beside, decimals)
	}
	for ; decimals < 3 && strings.Trim(d.round(decimals).plain(), "-0.") == "" && strings.Trim(d.plain(), "-0.") != ""; decimals++ {
	} // what is not nothing does not look like nothing
	text := formatExact(d.round(decimals).plain())
	switch {
	case ind.Kind == scoring.KindPredicate:
		return text + " tingkat"
	case ind.Kind == scoring.KindNumber && ind.Unit != "" && ind.Unit != "%" && !strings.HasPrefix(ind.Unit, "skor") && !strings.HasPrefix(ind.Unit, "indeks"):
		return text + " " + ind.Unit
	case ind.Kind == scoring.KindRange && ind.Unit != "%":
		return withUnit(ind, text)
	}
	return text + " poin"
}
