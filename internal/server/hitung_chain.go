package server

import (
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// chainStep is one link of the chain from a figure down to the clause it was promised in.
// What only one step has, the page adds by its ID.
type chainStep struct {
	ID      string // fragment of the page: nilai, rumus, lapor, siapa, bukti, target, dasar
	Title   string
	Text    []string
	Formula string
	More    *figureLink // where the same is told in full; nil when all is said
}

// chainOf is the whole chain in order: figure, formula, reported value, who and when,
// evidence, target, clause.
func chainOf(e *edition, page *calculationPage) []chainStep {
	x := page.X
	return []chainStep{chainFigure(e, page), chainFormula(page), chainReport(e, x), chainPeople(page),
		chainEvidence(page), chainTarget(e, page), {ID: "dasar", Title: "Pasal yang menetapkannya", Text: chainClause(e, page)}}
}

// chainFigure: what stands on other pages.
func chainFigure(e *edition, page *calculationPage) chainStep {
	a := page.X.Achievement
	s := chainStep{ID: "nilai", Title: "Nilai: belum ada"}
	if a.Scored == nil {
		s.Text = append(s.Text, page.Outcome.Word+". "+page.Meaning)
		return s
	}
	s.Title = "Nilai " + formatNumber(*a.Scored, 2) + " dari " + formatExact(e.Method.Cap)
	text := page.Outcome.Word + "."
	if band := e.Band(a.Scored); band != nil {
		text += " Kategori " + strings.ToLower(band.Label) + "."
	}
	s.Text = append(s.Text, text+" Bobotnya "+formatExact(a.Weight)+" dari 100 di "+page.X.Agency.ShortName+".")
	return s
}

// chainFormula: the formula with its own numbers.
func chainFormula(page *calculationPage) chainStep {
	s := chainStep{ID: "rumus", Title: "Rumus dengan angkanya", Text: []string{"Rumusnya: " + formulaOf(page.X.Indicator.Direction) + "."}}
	if page.X.Current.Low != nil {
		s.Text[0] = rangeFormulaOf(page.X.Indicator.Direction)
	}
	c := page.X.Calculation
	if c == nil {
		s.Text = append(s.Text, "Belum dapat dihitung, karena angkanya belum ada.")
		return s
	}
	s.Formula = figureFormula(c)
	if c.Raw != c.Scored {
		s.Formula += ", dihitung " + formatNumber(c.Scored, 2)
	}
	s.More = &figureLink{page.StepsWord() + " langkah lengkap", "#langkah"}
	return s
}

// chainReport: what the agency reported, of the year to date and of the newest period.
func chainReport(e *edition, x *scorecard.Explanation) chainStep {
	s := chainStep{ID: "lapor", Title: "Angka yang dilaporkan"}
	o, a, ind := x.Origin, x.Achievement, x.Indicator
	if a.State == scoring.Scored {
		text := formatMeasure(ind, a.Actual, a.ActualLabel, a.Target)
		if a.ActualNumerator != nil && a.ActualDenominator != nil {
			text = formatExact(*a.ActualNumerator) + " " + ind.NumeratorLabel + " dari " + formatExact(*a.ActualDenominator) + " " + ind.DenominatorLabel + ": " + text
		}
		s.Text = append(s.Text, sentenceStart(text)+", sampai "+formatPeriod(a.AsOf)+".")
	}
	switch {
	case o.Numerator != nil && o.Denominator != nil:
		s.Text = append(s.Text, formatPeriod(o.Period)+" saja: "+formatExact(*o.Numerator)+" dari "+formatExact(*o.Denominator)+".")
	case o.Reported != nil && len(x.Quarters) > 1:
		s.Text = append(s.Text, formatPeriod(o.Period)+" saja: "+formatMeasure(ind, o.Reported, labelOf(e.View, ind, o.Reported), nil)+".")
	case o.Reported == nil && o.Numerator == nil && a.State != scoring.Scored:
		s.Text = append(s.Text, "Belum ada angka yang diverifikasi untuk "+formatPeriod(o.Period)+".")
	}
	if len(x.Quarters) > 0 {
		s.More = &figureLink{"Laporan tiap periode", "#laporan"}
	}
	return s
}

// chainPeople: who reported, approved and verified it; the page lists the acts.
func chainPeople(page *calculationPage) chainStep {
	s := chainStep{ID: "siapa", Title: "Siapa melapor dan memeriksa"}
	p := page.X.Origin.Provenance
	if p == nil {
		s.Text = []string{"Belum ada laporan yang masuk untuk " + formatPeriod(page.X.Origin.Period) + "."}
		return s
	}
	if p.LateEntry {
		s.Text = append(s.Text, "Laporan ini terlambat: masuk sesudah batas waktu.")
	}
	if p.Corrections > 0 {
		s.Text = append(s.Text, "Nilai ini sudah "+formatCount(p.Corrections)+" kali dibetulkan.")
	}
	if p.Note != "" {
		s.Text = append(s.Text, "Penjelasan unit: "+sentence(p.Note))
	}
	return s
}

// chainEvidence: the grade of the evidence; the page lists the pieces.
func chainEvidence(page *calculationPage) chainStep {
	s := chainStep{ID: "bukti", Title: "Bukti"}
	switch {
	case page.Grade != "":
		s.Title += ": " + strings.ToLower(page.Grade)
		s.Text = append(s.Text, page.GradeMean)
	case page.X.Origin.Provenance != nil:
		s.Text = append(s.Text, "Belum diverifikasi, jadi belum diberi label.")
	default:
		s.Text = append(s.Text, "Belum ada laporan, jadi belum ada bukti.")
	}
	return s
}

// chainTarget: the promise in force beside the first one.
func chainTarget(e *edition, page *calculationPage) chainStep {
	x, year := page.X, page.X.Achievement.AsOf.Year
	s := chainStep{ID: "target", Title: "Target " + strconv.Itoa(year)}
	now := x.Current.Target
	if now == nil {
		s.Text = []string{"Tidak ada target untuk " + strconv.Itoa(year) + "."}
		return s
	}
	text := yearTarget(e, x.Indicator, now)
	if page.Target.TargetText != noFigure && page.Target.TargetText != text {
		text += " setahun, dan " + page.Target.TargetText + " sampai " + formatPeriod(x.Achievement.AsOf)
	}
	s.Text = []string{sentenceStart(text) + "."}
	_, first := e.TargetPair(x.Achievement.Agency, x.Indicator.Code, year)
	if first != nil && first != now {
		s.Text = append(s.Text, "Semula dijanjikan "+yearTarget(e, x.Indicator, first)+". "+sentence(now.Reason))
		s.More = &figureLink{"Perubahan target", "#janji"}
		return s
	}
	s.Text[0] += " Belum pernah diubah."
	return s
}

// chainClause: where the target is laid down.
func chainClause(e *edition, page *calculationPage) []string {
	if page.X.Current.Target == nil {
		return []string{"Tidak ada target, jadi tidak ada pasalnya."}
	}
	clause := "Pasalnya belum dicatat."
	if page.Clause != "" {
		clause = sentence(page.Clause)
	}
	rule := "Peraturannya belum dimuat di sini."
	if number := e.Roadmap.RegulationNumber; number != "" {
		rule = sentence(number)
	}
	texts := []string{clause + " " + rule}
	if page.TargetStatus != "" {
		texts = append(texts, "Status target: "+strings.ToLower(page.TargetStatus[:1])+page.TargetStatus[1:]+".")
	}
	return texts
}
