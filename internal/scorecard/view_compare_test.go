package scorecard_test

import (
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestCompareListsOnlyWhatBothPublicationsCouldKnow(t *testing.T) {
	t.Parallel()
	before, after := city(), city()
	before.Period, before.Periods = tw2, before.Periods[:2]
	value := func(v, raw string) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) { a.Reported = &v; scored(raw, raw)(a) }
	}
	target(before, tw2, dlh, "IKM", scoring.Scored, value("70", "70.00"))
	target(after, tw2, dlh, "IKM", scoring.Scored, value("75", "75.00"))
	target(before, tw2, rembang, "IKM", scoring.Late, nil)
	target(after, tw2, rembang, "IKM", scoring.Scored, value("80", "80.00"))
	target(before, tw2, bendogerit, "IKM", scoring.Scored, value("80", "80.00"))
	target(after, tw2, bendogerit, "IKM", scoring.Scored, value("80.0", "90.00")) // a new target
	target(before, tw2, kecamatan, "IKM", scoring.Scored, value("80", "80.00"))
	target(after, tw2, kecamatan, "IKM", scoring.Scored, value("80", "80.00"))
	target(after, tw3, dlh, "IKM", scoring.Scored, value("75", "75.00"))
	first := scorecard.Target{Agency: bendogerit, Indicator: "IKM", Year: 2026, Revision: 1, Value: text("100")}
	second := first
	second.Revision, second.Value = 2, text("90")
	before.Targets, after.Targets = []scorecard.Target{first}, []scorecard.Target{first, second}
	agencyScore(before, dlh, tw2, text("70.00"))
	agencyScore(after, dlh, tw2, text("75.00"))
	agencyScore(after, dlh, tw3, text("75.00"))

	c := scorecard.Compare(scorecard.NewView(before), scorecard.NewView(after))
	if len(c.NewPeriods) != 1 || c.NewPeriods[0] != tw3 || c.NewRecords != 1 {
		t.Errorf("new periods = %v with %d records, want TW3 with 1", c.NewPeriods, c.NewRecords)
	}
	if len(c.Values) != 2 || c.Values[0].After.Agency != dlh || c.Values[1].After.Agency != rembang {
		t.Errorf("Values = %+v, want dlh and Rembang", c.Values)
	}
	if len(c.States) != 1 || c.States[0].Before.State != scoring.Late {
		t.Errorf("States = %+v, want Rembang's", c.States)
	}
	if len(c.Figures) != 1 || c.Figures[0].After.Agency != bendogerit {
		t.Errorf("Figures = %+v, want Bendogerit's", c.Figures)
	}
	if len(c.Targets) != 1 || c.Targets[0].Before == nil || *c.Targets[0].Before.Value != "100" || *c.Targets[0].After.Value != "90" {
		t.Errorf("Targets = %+v, want 100 to 90", c.Targets)
	}
	if len(c.Scores) != 1 || c.Scores[0].After.Period != tw2 {
		t.Errorf("Scores = %+v, want that of TW2", c.Scores)
	}
	if c.IsEmpty() || c.Method {
		t.Errorf("IsEmpty = %v, Method = %v, want false", c.IsEmpty(), c.Method)
	}
}

func TestCompareFindsNothingInTheSamePublication(t *testing.T) {
	t.Parallel()
	v := scorecard.NewView(city())
	if c := scorecard.Compare(v, v); !c.IsEmpty() || len(c.NewPeriods) != 0 {
		t.Errorf("Compare with itself = %+v", c)
	}
}
