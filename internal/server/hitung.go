package server

import (
	"strings"
	"time"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// calculationRoute is the page "bagaimana angka ini dihitung". There are thousands, so
// they are built when somebody asks.
var calculationRoute = publicRoute{
	pattern: "/hitung/:indikator/:instansi/:periode",
	page:    showCalculation,
}

// calculationPage follows one figure from what was reported to what it adds to the score
// of its agency.
type calculationPage struct {
	Page
	Trail   []crumb
	Heading string // h1
	Target  listedTarget
	X       *scorecard.Explanation
	Outcome outcome
	Facts   []fact
	Meaning string    // of the state, when there is no figure
	Due     time.Time // first moment that is too late, of the period the report is for; zero: not known
	Origin  string    // link to the period a carried result comes from; empty otherwise

	Chain        []chainStep // from the figure down to the clause
	Earlier      *earlierFigure
	Before       *figureLink // the same target a period earlier; nil: none
	After        *figureLink
	Quarters     quarterTable
	Steps        []calculationStep
	Picture      *indicatorRow // nil when a bar would say nothing
	Summary      string        // the calculation in one sentence; empty when it is not scored
	Agrees       bool          // the formula gives the published figures
	Promises     []promiseRow
	Acts         []act
	Grade        string // of the evidence, in words
	GradeMean    string
	Clause       string
	TargetStatus string       // how firm the target is; empty when there is none
	Periods      []figureLink // the same target in the other periods of this publication
	Editions     []figureLink // the same figure in the other publications
	API          string
}

// quarterTable is what was reported in the due periods of the year.
type quarterTable struct {
	Fraction   bool // with numerator and denominator
	HasTarget  bool // with a part or level of the target for each period
	TargetHead string
	Rows       []quarterRow
}

type quarterRow struct {
	Period                 scoring.Period
	Numerator, Denominator string
	Value                  string
	Target                 string
	Note                   string // why there is no value, or the grade of its evidence
	Href                   string // the page of that period; empty for this very one
}

// calculationStep is one step in words, with its formula.
type calculationStep struct {
	Title    string
	Text     []string
	Formulas []string
}

// promiseRow is one revision of the target of the year.
type promiseRow struct {
	*scorecard.Target
	Name   string // "Dijanjikan semula", "Berlaku kini", "Perubahan 2"
	Text   string // the year's target with its unit
	Result string // the figure against it; empty where it is not the first or the one in force
}

// act is one office's part in the life of a report. At is zero when it has not happened.
type act struct {
	Name, By string
	At       time.Time
}

// ShowDue reports whether the deadline of the report matters to the reader.
func (p calculationPage) ShowDue() bool {
	return !p.Due.IsZero() && p.X.Achievement.State.IsMissing()
}

// StepsWord says how many steps there are: "Lima".
func (p calculationPage) StepsWord() string { return capital(countWord(len(p.Steps))) }

// EvidenceKind names what a piece of evidence is.
func (p calculationPage) EvidenceKind(kind string) string { return evidenceKind(kind) }

// ShortHash is the beginning of a fingerprint, which is told whole nearby.
func (p calculationPage) ShortHash(hash string) string {
	if len(hash) <= hashLength {
		return hash
	}
	return hash[:hashLength] + "…"
}

// hashLength is how many characters of a fingerprint are enough to compare two by eye.
const hashLength = 12

// Definition is that of the indicator, as a sentence.
func (p calculationPage) Definition() string { return sentence(p.X.Indicator.Definition) }

// figureLink leads to the same figure elsewhere.
type figureLink struct{ Name, Href string }

func showCalculation(e *edition, p params) (view, error) {
	indicator, agency := p.path["indikator"], p.path["instansi"]
	period, err := scoring.ParsePeriod(p.path["periode"])
	if err != nil {
		return view{}, fault.New(fault.NotFound, "Tidak ada periode “%s”. Tulis periode seperti %s.", shorten(p.path["periode"], 20), e.View.Latest())
	}
	ind, owner := e.Indicator(indicator), e.Agency(agency)
	switch {
	case ind == nil:
		return view{}, noSuchIndicator(indicator)
	case owner == nil:
		return view{}, noSuchAgency(agency)
	case e.Calendar(period) == nil:
		return view{}, fault.New(fault.NotFound, "Terbitan ini belum memuat %s. Yang terbaru adalah %s.", formatPeriod(period), formatPeriod(e.View.Latest()))
	}
	x := e.Explain(agency, indicator, period)
	if x == nil {
		return view{}, fault.New(fault.NotFound, "%s tidak punya target “%s” pada %s.", owner.Name, ind.Name, formatPeriod(period))
	}
	return view{template: "hitung", data: newCalculationPage(e, x)}, nil
}

func newCalculationPage(e *edition, x *scorecard.Explanation) calculationPage {
	a := x.Achievement
	place := x.Agency.Name + ", " + formatPeriod(a.Period)
	page := calculationPage{
		Page: newPage(e, calculationAddress(a.Indicator, a.Agency, a.Period), navOf(x.Agency),
			"Cara hitung "+x.Indicator.Name+", "+place,
			"Dari laporan sampai nilai: "+x.Indicator.Name+", "+place+", langkah demi langkah."),
		Trail: trail(e, agencyCrumb(x.Agency), crumb{x.Agency.ShortName, agencyAddress(e.View, a.Agency)},
			crumb{x.Indicator.Name, "/indikator/" + a.Indicator}, crumb{Name: "Cara hitung"}),
		X:       x,
		Target:  newListedTarget(e, a),
		Outcome: outcomeOf(e, a),
		API:     "/api/v1/achievements?agency=" + a.Agency + "&indicator=" + a.Indicator + "&period=" + a.Period.String() + "&publication=" + formatPlain(e.Number),
	}
	if calendar := e.Calendar(a.AsOf); calendar != nil {
		page.Due = calendar.DueAt
	}
	if a.IsCarried() && x.Origin != a {
		page.Origin = e.Link(calculationAddress(a.Indicator, a.Agency, a.AsOf))
	}
	if a.Scored != nil {
		page.Heading = "Bagaimana angka " + formatNumber(*a.Scored, 2) + " ini dihitung"
	} else {
		page.Heading = "Mengapa angka ini belum ada: " + strings.ToLower(page.Outcome.Word)
		page.Meaning = stateMeaning(a.State)
	}
	page.Facts = calculationFacts(e, page.Target, x)
	page.Acts = acts(x.Origin.Provenance)
	page.Quarters = newQuarterTable(e, x)
	page.Steps = calculationSteps(e, x)
	if row := newIndicatorRow(e, a); row.Bullet != "" {
		page.Picture = &row
	}
	if a.Scored != nil {
		page.Summary = calculationSummary(page.Target)
	}
	page.Agrees = x.Calculation != nil && x.Calculation.Agrees && (x.FirstCalculation == nil || x.FirstCalculation.Agrees)
	page.Promises = promiseRows(e, x)
	if grade := x.Origin.Evidence; grade != nil {
		page.Grade, page.GradeMean = evidenceWord(*grade), evidenceMeaning(*grade)
	}
	if x.Current.Target != nil {
		page.Clause, page.TargetStatus = x.Current.Target.Clause, planStatus(x.Current.Target.Status)
	}
	page.Periods, page.Editions = otherFigures(e, a)
	page.Before, page.After = sideways(e, a)
	page.Earlier = figureBefore(e, a)
	page.Chain = chainOf(e, &page)
	return page
}

// calculationFacts are the facts beside the figure.
func calculationFacts(e *edition, row listedTarget, x *scorecard.Explanation) []fact {
	a := x.Achievement
	facts := []fact{{Name: "Realisasi", Text: row.ActualText}, {Name: targetName(row), Text: row.TargetText}}
	if year := x.Current.Target; row.TargetText == noFigure && year != nil {
		facts[1] = fact{Name: "Target setahun", Text: yearTarget(e, x.Indicator, year)}
	}
	if row.FirstText != "" {
		facts = append(facts, fact{Name: "Target semula", Text: row.FirstText})
		if a.FirstScored != nil {
			facts = append(facts, fact{Name: "Nilai terhadap target semula", Text: formatNumber(*a.FirstScored, 2)})
		}
	}
	if a.IsCarried() {
		facts = append(facts, fact{Name: "Hasil dari", Text: formatPeriod(a.AsOf)})
	}
	return facts
}

// targetName names a target in a list of facts: that of the year, or up to when it counts.
func targetName(row listedTarget) string {
	return strings.TrimSpace("Target " + row.Until)
}

// calculationSummary says the calculation in one sentence.
func calculationSummary(row listedTarget) string {
	if row.ActualLabel != nil {
		return "Dicapai: " + *row.ActualLabel + ". Dijanjikan: " + row.TargetText + "."
	}
	return "Realisasi " + row.ActualText + ", sedangkan targetnya " + strings.TrimSpace(row.TargetText+" "+row.Until) + "."
}

// acts are the steps of a report; none when nothing was handed in.
func acts(p *scorecard.Provenance) []act {
	if p == nil {
		return nil
	}
	all := []act{{Name: "Dilaporkan"}, {Name: "Disetujui"}, {Name: "Diverifikasi"}}
	for i, step := range []*scorecard.Step{p.Reported, p.Approved, p.Verified} {
		if step == nil {
			all[i].By = "belum"
			continue
		}
		all[i].By, all[i].At = roleWord(step.Role)+", "+step.Office, step.At
	}
	return all
}

// navOf is the entry of the menu that an agency belongs to.
func navOf(a *scorecard.Agency) string {
	if a.Kind == scorecard.KindKelurahan {
		return "/kelurahan"
	}
	return "/instansi"
}

// newQuarterTable lists what was reported in the due periods of the year so far.
func newQuarterTable(e *edition, x *scorecard.Explanation) quarterTable {
	ind := x.Indicator
	t := quarterTable{Fraction: ind.Kind == scoring.KindFraction, TargetHead: "Bagian target"}
	if ind.Consolidation != scoring.Sum {
		t.TargetHead = "Target triwulan ini"
	}
	for _, part := range x.Quarters {
		row := quarterRow{Period: part.Period, Numerator: noFigure, Denominator: noFigure, Value: noFigure, Target: noFigure}
		b := part.Achievement
		switch {
		case part.LeftOut:
			row.Note = outcomeOf(e, b).Word + ", tidak ikut dihitung"
		case b == nil:
			row.Note = "Tidak ada dalam terbitan ini"
		case part.Missing:
			row.Note = ownState(b)
		case b.Evidence != nil:
			row.Note = evidenceWord(*b.Evidence)
		}
		if b != nil && part.Period != x.Achievement.Period {
			row.Href = explainPath(e, b)
		}
		if b != nil && b.Numerator != nil && b.Denominator != nil {
			row.Numerator, row.Denominator = formatExact(*b.Numerator), formatExact(*b.Denominator)
			if share, ok := ratio(*b.Numerator, *b.Denominator); ok {
				row.Value = formatNumber(share, 2) + "%"
			}
		} else if part.Value != nil {
			row.Value = formatMeasure(ind, part.Value, labelOf(e.View, ind, part.Value), nil)
		}
		if part.Target != nil {
			t.HasTarget = true
			row.Target = withUnit(ind, formatExact(*part.Target))
			if part.LeftOut {
				row.Target = noFigure
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// ownState says why a period has no verified value of its own.
func ownState(a *scorecard.Achievement) string {
	if p := a.Provenance; p != nil && p.Reported != nil && p.Verified == nil {
		return stateWord(scoring.AwaitingVerification)
	}
	return stateWord(a.State)
}

// promiseRows lists the revisions of the target of the year, the first promise first; none
// when there is only one.
func promiseRows(e *edition, x *scorecard.Explanation) []promiseRow {
	a := x.Achievement
	revisions := e.TargetsOf(a.Agency, a.Indicator, a.AsOf.Year)
	if len(revisions) < 2 {
		return nil
	}
	current, first := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year)
	rows := make([]promiseRow, 0, len(revisions))
	for i := range revisions {
		t := &revisions[i]
		row := promiseRow{Target: t, Name: "Perubahan " + formatCount(i), Text: yearTarget(e, x.Indicator, t)}
		switch t {
		case current:
			row.Name = "Berlaku kini"
			if a.Scored != nil {
				row.Result = formatNumber(*a.Scored, 2)
			}
		case first:
			row.Name = "Dijanjikan semula"
			if a.FirstScored != nil {
				row.Result = formatNumber(*a.FirstScored, 2)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// yearTarget writes the target of a year as a promise.
func yearTarget(e *edition, ind *scorecard.Indicator, t *scorecard.Target) string {
	if t.Withdrawn() {
		return "Dicabut"
	}
	return formatTarget(ind, &scorecard.Achievement{
		Kind: ind.Kind, Direction: ind.Direction,
		Target: t.Value, TargetLow: t.Low, TargetHigh: t.High, TargetLabel: labelOf(e.View, ind, t.Value),
	})
}

// otherFigures links to the same target in the other periods, newest first, and to the
// same figure in the other publications that can hold it.
func otherFigures(e *edition, a *scorecard.Achievement) (periods, editions []figureLink) {
	series := e.Series(a.Agency, a.Indicator)
	for i := len(series) - 1; i >= 0; i-- {
		if b := series[i]; b != nil && b.Period != a.Period {
			name := formatPeriod(b.Period)
			if b.Scored != nil {
				name += ": " + formatNumber(*b.Scored, 2)
			} else {
				name += ": " + strings.ToLower(stateWord(b.State))
			}
			periods = append(periods, figureLink{name, explainPath(e, b)})
		}
	}
	for i := len(e.Others) - 1; i >= 0; i-- {
		other := e.Others[i]
		if other.Number == e.Number || other.Period.Before(a.Period) {
			continue
		}
		editions = append(editions, figureLink{
			"Terbitan " + formatPlain(other.Number) + " (" + formatPeriod(other.Period) + ")",
			calculationAddress(a.Indicator, a.Agency, a.Period) + "?terbitan=" + formatPlain(other.Number),
		})
	}
	return periods, editions
}
