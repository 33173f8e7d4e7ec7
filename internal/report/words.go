package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// exactly writes a number in Indonesian with the decimals that mean something: "82,5".
func exactly(d decimal.Decimal) string {
	d = d.Trim(0)
	return scoring.FormatNumber(d, d.Scale())
}

// ratioText writes a figure in Indonesian with so many decimals.
func ratioText(n scoring.Ratio, decimals int) string {
	d, err := decimal.Parse(n.Text(decimals))
	if err != nil { // more digits than any column keeps
		return strings.ReplaceAll(n.Text(decimals), ".", ",")
	}
	return scoring.FormatNumber(d, decimals)
}

// withUnit adds the unit to a number: "85%", "14 hari kerja"; an index has none to say.
func (r *WorksheetRow) withUnit(number string) string {
	switch {
	case r.Unit == "%":
		return number + "%"
	case r.Kind == scoring.KindIndex || r.Unit == "":
		return number
	}
	return number + " " + r.Unit
}

// shown is a figure as the indicator shows it, with its unit.
func (r *WorksheetRow) shown(n scoring.Ratio) string { return r.withUnit(ratioText(n, r.Decimals)) }

// label is what a choice is called; empty where it is none.
func (r *WorksheetRow) label(n scoring.Ratio) string {
	for _, c := range r.Choices {
		if scoring.RatioOf(c.Value).Cmp(n) == 0 {
			return c.Label
		}
	}
	return ""
}

// FigureWords is a value in words, as a list shows it: "92,41%", "12 hari", "Ya"; of a
// fraction the percentage. Empty where there is no figure.
func (r *WorksheetRow) FigureWords(v Value) string {
	if v.NotApplicable {
		return "tidak berlaku"
	}
	n, ok := figure(v)
	if !ok {
		return ""
	}
	if label := r.label(n); label != "" {
		return label
	}
	return r.shown(n)
}

// targetWords says what was promised for the year.
func (f *facts) targetWords(r *WorksheetRow) string {
	t := f.engine.Years[len(f.engine.Years)-1].Target
	switch {
	case t == nil:
		return ""
	case t.IsRange:
		return r.goalWords(true, scoring.Ratio{}, scoring.RatioOf(t.Low), scoring.RatioOf(t.High), exactDecimals(t.Low, t.High))
	}
	return r.goalWords(false, scoring.RatioOf(t.Value), scoring.Ratio{}, scoring.Ratio{}, exactDecimals(t.Value))
}

// targetToDate says what was promised up to the period.
func (f *facts) targetToDate(r *WorksheetRow, a scoring.Achievement) string {
	if !a.HasTarget {
		return ""
	}
	return r.goalWords(a.TargetRange, a.Target, a.TargetLow, a.TargetHigh, r.Decimals)
}

func exactDecimals(numbers ...decimal.Decimal) int {
	most := 0
	for _, d := range numbers {
		most = max(most, d.Trim(0).Scale())
	}
	return most
}

func (r *WorksheetRow) goalWords(isRange bool, point, low, high scoring.Ratio, decimals int) string {
	if isRange {
		return ratioText(low, decimals) + " sampai " + r.withUnit(ratioText(high, decimals))
	}
	if label := r.label(point); label != "" {
		return label
	}
	number := r.withUnit(ratioText(point, decimals))
	switch r.Direction {
	case scoring.LowerIsBetter:
		return "paling banyak " + number
	case scoring.OnTarget:
		return "tepat " + number
	}
	return "paling sedikit " + number
}

func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}
