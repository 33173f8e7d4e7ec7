package server

import (
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// historyRow is a period in which an indicator was due.
type historyRow struct {
	Name   string
	Href   string // how the figure came about, where one agency has the indicator
	Result string // with unit
	Detail string // "2.974 dari 3.186"
	Kept   string // how many targets were reached, or the status of the only one
	Score  string // of the only one; else the mean of those scored
	Break  string // why the series is broken before this period; empty
}

// indicatorHistory is what the agencies brought in each period in which the indicator was
// due, newest first.
func indicatorHistory(e *edition, ind *scorecard.Indicator) []historyRow {
	years, _ := scorecard.BreakYears(ind.BreakNote)
	var rows []historyRow
	for i := len(e.Periods) - 1; i >= 0; i-- {
		p := e.Periods[i].Period
		if !ind.Frequency.Due(p.Quarter) {
			continue
		}
		var own []*scorecard.Achievement
		for _, a := range e.AchievementsFor(ind.Code, p) {
			if !a.IsCarried() {
				own = append(own, a)
			}
		}
		if len(own) == 0 {
			continue
		}
		t, all := tallyOf(e, own), e.Together(ind, own)
		row := historyRow{Name: formatPeriod(p), Result: formatMeasure(ind, all.Value, nil, nil), Score: noFigure}
		if all.Numerator != nil {
			row.Detail = formatExact(*all.Numerator) + " dari " + formatExact(*all.Denominator)
		}
		if mean := meanScored(own); mean != nil {
			row.Score = formatNumber(*mean, 2)
		}
		row.Kept = countOf(t.Reached, t.Due())
		if len(own) == 1 {
			row.Href, row.Kept = explainPath(e, own[0]), targetStatus(e, own[0]).Word
			row.Result = formatMeasure(ind, own[0].Actual, own[0].ActualLabel, own[0].Target)
		} else if t.Due() == 0 {
			row.Kept = "belum jatuh tempo"
		}
		if years[p.Year] && p.Quarter == firstDue(ind) {
			row.Break = "Deret terputus di sini: cara mengukurnya berganti."
		}
		rows = append(rows, row)
	}
	return rows
}

// firstDue is the first quarter of a year in which an indicator is due.
func firstDue(ind *scorecard.Indicator) int { return 4 / ind.Frequency.DuePerYear() }

// unitOfChange is what the change of an indicator is counted in: points of a percentage.
func unitOfChange(ind *scorecard.Indicator, number string) string {
	switch {
	case ind.Unit == "%":
		return number + " poin"
	case ind.Kind == scoring.KindMilestone:
		return number + " persen tahap"
	}
	return withUnit(ind, number)
}

// seriesChange is the newest change of a series with the judgement on it.
type seriesChange struct {
	Verdict scorecard.Verdict
	Up      bool
	Text    string // "naik 3,2 poin, perubahan berarti"; empty where nothing can be compared
}

// seriesMovement tells whether the newest own result of a series stands out from those
// before it.
func seriesMovement(e *edition, ind *scorecard.Indicator, agency string) seriesChange {
	r := e.SeriesReal(agency, ind.Code, e.View.Latest())
	c := seriesChange{Verdict: r.Verdict}
	if r.Change == nil {
		return c
	}
	by := newChange(r.Change)
	c.Up = by.Mark == "up"
	switch {
	case r.Verdict == scorecard.ChangeUnknown:
		c.Text = notEnoughData
	case r.Verdict == scorecard.ChangeWithin || by.Mark == "flat":
		c.Text = withinReason
	default:
		c.Text = by.Word + " " + unitOfChange(ind, by.Text) + ", perubahan berarti"
	}
	return c
}

// notEnoughData is said of a change that too few results came before to judge it.
const notEnoughData = "belum cukup data"

// movementOf says in a sentence or two which of the newest changes are real.
func movementOf(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement) string {
	up, down, within, unknown := 0, 0, 0, 0
	for _, a := range targets {
		c := seriesMovement(e, ind, a.Agency)
		switch {
		case c.Text == "":
		case c.Verdict == scorecard.ChangeUnknown:
			unknown++
		case c.Text == withinReason:
			within++
		case c.Up:
			up++
		default:
			down++
		}
		if len(targets) == 1 {
			switch {
			case c.Text == "":
				return ""
			case c.Verdict == scorecard.ChangeUnknown:
				return "Perubahan terakhir belum dapat dinilai: belum cukup data."
			case c.Text == withinReason:
				return "Perubahan terakhir masih wajar: sebesar naik turunnya yang biasa."
			}
			return "Perubahan terakhir: " + c.Text + "."
		}
	}
	switch {
	case up+down+within == 0 && unknown == 0:
		return ""
	case up+down+within == 0:
		return "Perubahan terakhir belum dapat dinilai: belum cukup data."
	case up+down == 0:
		return "Tidak ada perubahan berarti: di " + formatCount(within) + " instansi perubahannya masih wajar."
	}
	better, worse := "membaik", "memburuk"
	switch ind.Direction {
	case scoring.LowerIsBetter:
		up, down = down, up
	case scoring.OnTarget:
		better, worse = "naik", "turun"
	}
	var moved []string
	if up > 0 {
		moved = append(moved, formatCount(up)+" instansi "+better)
	}
	if down > 0 {
		moved = append(moved, formatCount(down)+" instansi "+worse)
	}
	text := "Perubahan berarti: " + strings.Join(moved, ", ") + ". Di " + formatCount(within) + " instansi perubahannya masih wajar."
	if unknown > 0 {
		text += " Di " + formatCount(unknown) + " instansi datanya belum cukup."
	}
	return text
}

// formatMove writes how much each due period changes, or brings where the indicator adds up.
func formatMove(ind *scorecard.Indicator, by string) string {
	d, ok := parseDigits(by)
	if !ok {
		return by
	}
	decimals := max(1, min(ind.Decimals, 2))
	if ind.Kind == scoring.KindFraction {
		decimals = 1
	}
	if d.negative {
		d.negative = false
	}
	if r := d.round(decimals); r.plain() == (digits{whole: "0"}).round(decimals).plain() {
		decimals = 2
	}
	return unitOfChange(ind, formatExact(d.round(decimals).plain()))
}
