package server

import (
	"maps"
	"slices"
	"strings"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// peopleRow is a step in the life of the newest reports of an indicator: which role of
// which offices took it, and from when to when.
type peopleRow struct {
	Name, By string
	From, To time.Time // both zero when nobody has
}

// OneDay reports whether all of it happened on one day.
func (r peopleRow) OneDay() bool { return r.From.Format(time.DateOnly) == r.To.Format(time.DateOnly) }

// originOf is the record whose report a target's result rests on.
func originOf(e *edition, a *scorecard.Achievement) *scorecard.Achievement {
	if a.IsCarried() {
		if origin := e.Achievement(a.Agency, a.Indicator, a.AsOf); origin != nil {
			return origin
		}
	}
	return a
}

// peopleOf tells which offices reported, approved and verified the results of targets.
func peopleOf(e *edition, targets []*scorecard.Achievement) []peopleRow {
	rows := []peopleRow{{Name: "Dilaporkan"}, {Name: "Disetujui"}, {Name: "Diverifikasi"}}
	var counts [3]int
	var roles, offices [3]map[string]bool
	for i := range rows {
		roles[i], offices[i] = map[string]bool{}, map[string]bool{}
	}
	for _, a := range targets {
		p := originOf(e, a).Provenance
		if p == nil {
			continue
		}
		for i, step := range []*scorecard.Step{p.Reported, p.Approved, p.Verified} {
			if step == nil {
				continue
			}
			counts[i]++
			roles[i][roleWord(step.Role)], offices[i][step.Office] = true, true
			if row := &rows[i]; row.From.IsZero() || step.At.Before(row.From) {
				row.From = step.At
			}
			if rows[i].To.Before(step.At) {
				rows[i].To = step.At
			}
		}
	}
	if counts[0] == 0 {
		return nil
	}
	for i := range rows {
		switch {
		case counts[i] == 0:
			rows[i].By = "belum"
			continue
		case len(offices[i]) == 1:
			rows[i].By = oneOf(roles[i]) + ", " + oneOf(offices[i])
		default:
			rows[i].By = oneOf(roles[i]) + " di " + formatCount(len(offices[i])) + " instansi"
		}
		if len(targets) > 1 && counts[i] != len(offices[i]) {
			rows[i].By += ": " + formatCount(counts[i]) + " laporan"
		}
	}
	return rows
}

// oneOf joins the words of a set, of which there is mostly one.
func oneOf(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}

// evidenceCount is how many results rest on evidence of one grade.
type evidenceCount struct {
	Name, Meaning string
	Count         int
}

// evidenceOf counts the results of targets by the grade of their evidence, the strongest
// first; grades that none has are left out.
func evidenceOf(e *edition, targets []*scorecard.Achievement) []evidenceCount {
	counts := map[string]int{}
	for _, a := range targets {
		if grade := originOf(e, a).Evidence; grade != nil {
			counts[*grade]++
		}
	}
	var all []evidenceCount
	for _, grade := range []string{scoring.EvidenceFeed, scoring.EvidenceChecked, scoring.EvidenceStatement, scoring.EvidenceNone} {
		if n := counts[grade]; n > 0 {
			all = append(all, evidenceCount{evidenceWord(grade), evidenceMeaning(grade), n})
		}
	}
	return all
}

// indicatorSteps are the formula of an indicator in words and with the numbers of the
// newest period: of its only agency, else of all agencies seen as one.
func indicatorSteps(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement, all scorecard.Together) []calculationStep {
	actual := calculationStep{Title: "Realisasi", Text: []string{consolidationSentence(ind)}}
	if ind.Kind == scoring.KindFraction {
		actual.Text = append(actual.Text, "Rumusnya: "+ind.NumeratorLabel+" ÷ "+ind.DenominatorLabel+" × 100.")
	}
	figure := calculationStep{Title: "Capaian terhadap target", Text: []string{directionSentence(ind.Direction) + ". Rumusnya: " + formulaOf(ind.Direction) + "."}}
	if len(targets) == 1 {
		if x := e.Explain(targets[0].Agency, ind.Code, e.View.Latest()); x != nil && x.Calculation != nil {
			steps := []calculationStep{actualStep(e, x), targetStep(e, x), figureStep(e, x)}
			if ind.Kind == scoring.KindFraction {
				steps[0].Text = append(steps[0].Text, actual.Text[1])
			}
			if x.Calculation.Raw != x.Calculation.Scored {
				steps = append(steps, boundStep(e, x))
			}
			return steps
		}
	}
	if len(targets) > 0 && targets[0].TargetLow != nil {
		figure.Text[0] = "Targetnya rentang. " + rangeFormulaOf(ind.Direction)
	}
	switch {
	case all.Agencies < 2 || all.Value == nil:
	case all.Numerator != nil:
		actual.Text = append(actual.Text, "Seluruh kota, dari "+formatCount(all.Agencies)+" instansi yang sudah dinilai:")
		actual.Formulas = []string{formatExact(*all.Numerator) + " ÷ " + formatExact(*all.Denominator) + " × 100 = " + withUnit(ind, formatTerm(*all.Value))}
	default:
		actual.Text = append(actual.Text, "Rata-rata "+formatCount(all.Agencies)+" instansi yang sudah dinilai:")
		actual.Formulas = []string{formatExact(*all.Sum) + " ÷ " + formatCount(all.Agencies) + " = " + withUnit(ind, formatTerm(*all.Value))}
	}
	if example := exampleTarget(targets); example != nil {
		if x := e.Explain(example.Agency, ind.Code, e.View.Latest()); x != nil && x.Calculation != nil {
			figure.Text = append(figure.Text, "Nilai dihitung untuk tiap instansi, paling tinggi "+formatExact(e.Method.Cap)+". Contohnya "+x.Agency.Name+":")
			figure.Formulas = []string{figureFormula(x.Calculation)}
			if raw, scored := x.Calculation.Raw, x.Calculation.Scored; raw != scored {
				figure.Formulas = append(figure.Formulas, formatNumber(raw, 2)+" menjadi "+formatNumber(scored, 2))
			}
		}
	}
	return []calculationStep{actual, figure}
}

// exampleTarget is a scored target for an example; nil when none is.
func exampleTarget(targets []*scorecard.Achievement) *scorecard.Achievement {
	for _, a := range targets {
		if a.State == scoring.Scored {
			return a
		}
	}
	return nil
}
