package server

import (
	"math/big"
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// formatPlain writes a number that is a name, such as that of a publication: "1284".
func formatPlain(n int) string { return strconv.Itoa(n) }

// formulaDecimals is how many decimals of a value that does not end stand in a formula:
// enough to compute the figure again by hand.
const formulaDecimals = 4

// formatTerm writes a number inside a formula.
func formatTerm(s string) string { return formatExact(formatDecimals(s)) }

// formatDecimals cuts a number to formulaDecimals, still as data write it.
func formatDecimals(s string) string {
	d, ok := parseDigits(s)
	if !ok || len(d.fraction) <= formulaDecimals {
		return s
	}
	return d.round(formulaDecimals).plain()
}

// ratio is numerator ÷ denominator × 100 with formulaDecimals; false when it has no value.
func ratio(numerator, denominator string) (string, bool) {
	n, ok := new(big.Rat).SetString(numerator)
	if !ok {
		return "", false
	}
	d, ok := new(big.Rat).SetString(denominator)
	if !ok || d.Sign() == 0 {
		return "", false
	}
	n.Quo(n, d).Mul(n, big.NewRat(100, 1))
	return n.FloatString(formulaDecimals), true
}

// calculationSteps tells how the figure came about, one step after another; none when it
// is not scored.
func calculationSteps(e *edition, x *scorecard.Explanation) []calculationStep {
	if x.Calculation == nil {
		return nil
	}
	steps := []calculationStep{actualStep(e, x), targetStep(e, x), figureStep(e, x), boundStep(e, x)}
	if x.Part != nil {
		steps = append(steps, partStep(x))
	}
	return steps
}

// actualStep: from what was reported to the value of the year to date.
func actualStep(e *edition, x *scorecard.Explanation) calculationStep {
	a, ind := x.Achievement, x.Indicator
	s := calculationStep{Title: "Realisasi sampai " + formatPeriod(a.AsOf), Text: []string{consolidationSentence(ind)}}
	if label := labelOf(e.View, ind, a.Actual); label != nil {
		s.Text = append(s.Text, labelSentence(ind, *label, *a.Actual))
		return s
	}
	var terms, denominators []string
	for _, q := range x.Quarters {
		switch b := q.Achievement; {
		case q.LeftOut || b == nil:
		case b.Numerator != nil && b.Denominator != nil:
			terms, denominators = append(terms, formatExact(*b.Numerator)), append(denominators, formatExact(*b.Denominator))
		case q.Value != nil:
			terms = append(terms, formatExact(*q.Value))
		}
	}
	result := withUnit(ind, formatTerm(x.Calculation.Actual))
	switch {
	case ind.Kind == scoring.KindFraction && a.ActualNumerator != nil && a.ActualDenominator != nil:
		n, d := formatExact(*a.ActualNumerator), formatExact(*a.ActualDenominator)
		if ind.Consolidation == scoring.Sum && len(terms) > 1 {
			s.Formulas = append(s.Formulas,
				capital(ind.NumeratorLabel)+": "+strings.Join(terms, " + ")+" = "+n,
				capital(ind.DenominatorLabel)+": "+strings.Join(denominators, " + ")+" = "+d)
		}
		s.Formulas = append(s.Formulas, n+" ÷ "+d+" × 100 = "+result)
	case ind.Consolidation == scoring.Average && len(terms) > 1:
		s.Formulas = []string{"(" + strings.Join(terms, " + ") + ") ÷ " + formatCount(len(terms)) + " = " + result}
	case ind.Consolidation == scoring.Sum && len(terms) > 1:
		s.Formulas = []string{strings.Join(terms, " + ") + " = " + result}
	default:
		s.Formulas = []string{"Realisasi = " + result}
	}
	return s
}

// labelSentence says which number stands for a word.
func labelSentence(ind *scorecard.Indicator, label, value string) string {
	switch ind.Kind {
	case scoring.KindPredicate:
		return "Predikat " + label + " adalah urutan ke-" + formatExact(value) + " dari bawah pada skalanya."
	case scoring.KindMilestone:
		return "Tahap “" + label + "” bernilai " + formatExact(value) + " persen."
	}
	return "Jawabannya “" + label + "”, dihitung sebagai " + formatExact(value) + "."
}

// targetStep: from the target of the year to the target to date.
func targetStep(e *edition, x *scorecard.Explanation) calculationStep {
	a, ind, p := x.Achievement, x.Indicator, x.Current
	s := calculationStep{Title: "Target sampai " + formatPeriod(a.AsOf)}
	year := noFigure
	if p.Target != nil {
		year = yearTarget(e, ind, p.Target)
	}
	if label := labelOf(e.View, ind, p.Value); label != nil && ind.Kind != scoring.KindYesNo {
		s.Text = []string{"Target " + strconv.Itoa(a.AsOf.Year) + ": " + *label + ". " + labelSentence(ind, *label, *p.Value)}
		return s
	}
	toDate := formatTarget(ind, &scorecard.Achievement{Kind: ind.Kind, Direction: ind.Direction, Target: exactPointer(p.Value),
		TargetLow: p.Low, TargetHigh: p.High, TargetLabel: labelOf(e.View, ind, p.Value)})
	switch p.Way {
	case scorecard.PromiseShare:
		s.Text = []string{"Target " + strconv.Itoa(a.AsOf.Year) + " adalah " + year + ". Yang dihitung " + formatCount(x.Counted) + " dari " + formatCount(x.DueYear) + " periode."}
		s.Formulas = shareFormulas(ind, x, p)
	case scorecard.PromiseSteps:
		s.Text = []string{"Target " + strconv.Itoa(a.AsOf.Year) + " adalah " + year + ", dibagi menurut periode."}
		var terms []string
		for _, q := range x.Quarters {
			if q.Target != nil && !q.LeftOut {
				terms = append(terms, formatExact(*q.Target))
			}
		}
		s.Formulas = []string{strings.Join(terms, " + ") + " = " + toDate}
	case scorecard.PromiseLevel:
		s.Text = []string{"Target " + strconv.Itoa(a.AsOf.Year) + " adalah " + year + ". Untuk periode ini ditetapkan " + toDate + "."}
	default:
		s.Text = []string{"Target " + strconv.Itoa(a.AsOf.Year) + " adalah " + year + ". Target ini berlaku utuh pada tiap periode."}
	}
	return s
}

// exactPointer keeps a target as it is, but with no more decimals than a formula shows.
func exactPointer(s *string) *string {
	if s == nil {
		return nil
	}
	t := formatDecimals(*s)
	return &t
}

// shareFormulas takes the counted share of the year's target.
func shareFormulas(ind *scorecard.Indicator, x *scorecard.Explanation, p scorecard.Promise) []string {
	share := " × " + formatCount(x.Counted) + " ÷ " + formatCount(x.DueYear) + " = "
	line := func(year, toDate *string) string {
		return formatExact(*year) + share + withUnit(ind, formatTerm(*toDate))
	}
	switch {
	case p.Target == nil:
		return nil
	case p.Value != nil && p.Target.Value != nil:
		return []string{line(p.Target.Value, p.Value)}
	case p.Low != nil && p.High != nil && p.Target.Low != nil && p.Target.High != nil:
		return []string{line(p.Target.Low, p.Low), line(p.Target.High, p.High)}
	}
	return nil
}

// figureStep: the achievement by the formula of the direction.
func figureStep(e *edition, x *scorecard.Explanation) calculationStep {
	s := calculationStep{
		Title: "Capaian",
		Text:  []string{directionSentence(x.Indicator.Direction) + ". Rumusnya: " + formulaOf(x.Indicator.Direction) + "."},
	}
	if x.Current.Low != nil {
		s.Text[0] = "Targetnya rentang. " + rangeFormulaOf(x.Indicator.Direction)
	}
	s.Formulas = []string{figureFormula(x.Calculation)}
	switch x.Calculation.Rule {
	case scorecard.RuleInside:
		s.Text = append(s.Text, "Realisasi ada di dalam rentang target, jadi capaiannya penuh.")
	case scorecard.RuleZero:
		s.Text = append(s.Text, "Targetnya nol dan tidak dapat menjadi pembagi. Capaiannya 100 bila target itu dipenuhi, selain itu 0.")
	}
	if x.FirstCalculation != nil {
		s.Text = append(s.Text, "Terhadap target yang dijanjikan semula hasilnya berbeda. Rumus kedua menghitungnya.")
		s.Formulas = append(s.Formulas, figureFormula(x.FirstCalculation))
	}
	return s
}

// figureFormula is the formula with its numbers.
func figureFormula(c *scorecard.Calculation) string {
	r, raw := formatTerm(c.Actual), formatNumber(c.Raw, 2)
	bound := ""
	if c.Bound != nil {
		bound = formatTerm(*c.Bound)
	}
	switch c.Rule {
	case scorecard.RuleHigher:
		return r + " ÷ " + bound + " × 100 = " + raw
	case scorecard.RuleLower:
		return "(2 − " + r + " ÷ " + bound + ") × 100 = " + raw
	case scorecard.RuleOnTarget:
		return "100 − |" + r + " − " + bound + "| ÷ " + bound + " × 100 = " + raw
	}
	return "Capaian = " + raw
}

// boundStep: raw held between the floor and the cap, and the words for it.
func boundStep(e *edition, x *scorecard.Explanation) calculationStep {
	c := x.Calculation
	floor, limit := formatExact(e.Method.Floor), formatExact(e.Method.Cap)
	s := calculationStep{Title: "Nilai"}
	if c.Raw == c.Scored {
		s.Text = []string{"Nilai dihitung antara " + floor + " dan " + limit + ". Capaian ini ada di antaranya, jadi tidak berubah."}
	} else {
		s.Text = []string{"Nilai dihitung antara " + floor + " dan " + limit + ", supaya satu indikator tidak menutupi yang lain. Capaian aslinya tetap ditampilkan."}
	}
	if c.Raw != c.Scored {
		s.Formulas = []string{formatNumber(c.Raw, 2) + " menjadi " + formatNumber(c.Scored, 2)}
	}
	if band := e.Band(&c.Scored); band != nil {
		s.Text = append(s.Text, "Kategorinya "+strings.ToLower(band.Label)+"."+wordSentence(e, x))
	}
	return s
}

func wordSentence(e *edition, x *scorecard.Explanation) string {
	if word := e.Words(x.Achievement.Raw); word != nil {
		return " Terhadap target: " + strings.ToLower(word.Label) + "."
	}
	return ""
}

// partStep: what the target adds to the score of its agency.
func partStep(x *scorecard.Explanation) calculationStep {
	p := x.Part
	s := calculationStep{
		Title:    "Sumbangan ke nilai " + x.Agency.ShortName,
		Text:     []string{"Bobotnya " + formatExact(p.Weight) + ". Jumlah bobot yang sudah dinilai adalah " + formatExact(p.Weights) + "."},
		Formulas: []string{formatNumber(x.Calculation.Scored, 2) + " × " + formatExact(p.Weight) + " ÷ " + formatExact(p.Weights) + " = " + formatNumber(p.Points, 2)},
	}
	if p.Score != nil {
		s.Text = append(s.Text, "Semua sumbangan dijumlahkan menjadi nilai "+x.Agency.ShortName+": "+formatNumber(*p.Score, 2)+".")
	}
	return s
}
