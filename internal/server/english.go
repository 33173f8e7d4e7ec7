package server

import (
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// englishMethodPage is the method for readers outside Indonesia, with the same figures.
type englishMethodPage struct {
	methodPage
	Number string // of the publication
	Date   string
}

func showEnglishMethod(e *edition, _ params) (view, error) {
	p := newPage(e, "/en/method", "/metode", "How we score",
		"Formulas, bands, weights and the treatment of missing data in the public service scorecard of the City of Blitar, with worked examples.")
	p.Lang, p.Translation = "en", "/metode"
	page := englishMethodPage{methodPage: newMethodPage(e, p), Number: formatPlain(e.Number), Date: e.PublishedAt.UTC().Format("2 January 2006")}
	page.Trail = trail(e, crumb{Name: "How we score"})
	page.Trail[0].Name = "Home"
	for i, d := range []struct{ direction, formula, span string }{
		{"Higher is better", "actual ÷ target × 100", "Below the range: actual ÷ lower bound × 100. Inside: 100. Above: actual ÷ upper bound × 100."},
		{"Lower is better", "(2 − actual ÷ target) × 100", "Below the range: (2 − actual ÷ lower bound) × 100. Inside: 100. Above: (2 − actual ÷ upper bound) × 100."},
		{"On target", "100 − |actual − target| ÷ target × 100", "Inside the range: 100. Outside: 100 − distance to the bound ÷ bound × 100."},
		{"Yes or no", "100 if done, 0 if not", "No ranges."},
		{"Milestones", "percent of the step reached ÷ percent of the step promised × 100", "No ranges."},
		{"Grade", "rank of the grade reached ÷ rank of the grade promised × 100", "No ranges."},
	} {
		page.Formulas[i] = formulaRow{d.direction, d.formula, d.span}
	}
	translateBands(page.Bands, e.Method.Bands)
	translateBands(page.Words, e.Method.Words)
	for i, s := range scoring.States {
		page.States[i].Word, page.States[i].Meaning, page.States[i].Effect = englishState(s)
	}
	return view{template: "method-en", data: page}, nil
}

// englishRatings are the names of the bands and of the words for one target, by code.
var englishRatings = map[string]string{
	"sangat_tinggi": "Very high", "tinggi": "High", "sedang": "Medium", "rendah": "Low", "sangat_rendah": "Very low",
	"tercapai": "Reached", "hampir_tercapai": "Nearly reached", "belum_tercapai": "Not reached",
}

// translateBands writes names and limits of bands in English; a code without a translation
// keeps its name.
func translateBands(rows []bandRow, bands []scorecard.Band) {
	for i, b := range bands {
		if name := englishRatings[b.Rating]; name != "" {
			rows[i].Label = name
		}
		switch {
		case b.From == nil && i > 0 && bands[i-1].From != nil:
			rows[i].Span = "below " + formatExact(*bands[i-1].From)
		case b.From != nil && i > 0 && bands[i-1].From != nil:
			rows[i].Span = formatExact(*b.From) + " to below " + formatExact(*bands[i-1].From)
		case b.From != nil:
			rows[i].Span = formatExact(*b.From) + " or more"
		}
	}
}

// englishState names a state, explains it, and says what it does to a score.
func englishState(s scoring.State) (word, meaning, effect string) {
	const left, wider = "Left out", "Widens the interval"
	switch s {
	case scoring.Scored:
		return "Scored", "The report is verified and the result counts.", "Counts"
	case scoring.AwaitingVerification:
		return "Awaiting verification", "The report is in, but has not been checked yet.", wider
	case scoring.NotReported:
		return "Not reported", "No report yet, and the deadline has not passed.", wider
	case scoring.Late:
		return "Late", "No complete report, though the deadline has passed.", wider
	case scoring.NotDue:
		return "Not due", "The indicator is not due in this period.", left
	case scoring.NotApplicable:
		return "Not applicable", "The indicator does not apply in this period, for a verified reason.", left
	case scoring.Exempted:
		return "Exempted", "There is an approved exception until a stated day.", left
	case scoring.NoTarget:
		return "No target", "There is no target for this period, so nothing is scored.", left
	}
	return string(s), "", ""
}
