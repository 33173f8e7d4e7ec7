package roadmap_test

import (
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/seeds"
)

// seeded returns a database with the roadmap in it.
func seeded(t *testing.T) *bun.DB {
	t.Helper()
	db := postgrestest.New(t)
	if _, err := seeds.Load(t.Context(), db, seeds.Files(), at(t, "2025-01-02T08:00:00+07:00").In(wib)); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestPlanIsReadAsATree(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	p, err := roadmap.Load(t.Context(), db, 2026)
	if err != nil {
		t.Fatal(err)
	}
	objectives, indicators := 0, 0
	for _, g := range p.Goals {
		objectives += len(g.Objectives)
		for _, o := range g.Objectives {
			indicators += len(o.Indicators)
			for _, i := range o.Indicators {
				if i.GoalCode != g.Code || i.ObjectiveCode != o.Code {
					t.Errorf("%s says it is of %s, %s, and stands under %s, %s", i.Code, i.GoalCode, i.ObjectiveCode, g.Code, o.Code)
				}
			}
		}
	}
	if len(p.Goals) != 5 || objectives != 11 || indicators != 44 || len(p.Areas) != 25 || len(p.Agencies) != 64 || len(p.Reporting()) != 51 {
		t.Errorf("%d goals, %d objectives, %d indicators, %d areas, %d agencies, %d reporting", len(p.Goals), objectives, indicators, len(p.Areas), len(p.Agencies), len(p.Reporting()))
	}
	perwali, turi := p.Indicator("PERWALI-TAHAP"), p.Agency("35.72.02.1004")
	if perwali == nil || len(perwali.Steps) != 5 || perwali.Steps[3].Name != "Ditetapkan" || perwali.Steps[3].Percent.String() != "80" {
		t.Errorf("milestone %+v", perwali)
	}
	if turi == nil || !turi.IsKelurahan() || turi.ParentCode != "kec-sukorejo" || turi.AreaCode != turi.Code {
		t.Errorf("kelurahan %+v", turi)
	}
	if p.Version.Status != roadmap.Example || p.Version.RegulationNumber != "" || p.Version.RegulationDate != nil {
		t.Errorf("version %+v", p.Version)
	}
	if p.Agency("nihil") != nil || p.Indicator("NIHIL") != nil {
		t.Error("the plan knows what is not in it")
	}
}

func TestIndicatorsKnowWhoseTheyAre(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	p, err := roadmap.Load(t.Context(), db, 2025)
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]int{"IKM": 46, "AKIP-PD": 30, "KEL-SURAT": 21, "IPP-KOTA": 1} {
		n := 0
		for i := range p.Agencies {
			if p.Indicator(code).Applies(&p.Agencies[i]) {
				n++
			}
		}
		if n != want {
			t.Errorf("%s applies to %d agencies, want %d", code, n, want)
		}
	}
}

func TestNoPlanHoldsOutsideItsYears(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	for _, year := range []int{2024, 2030} {
		if _, err := roadmap.Load(t.Context(), db, year); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Load for %d = %v, want NotFound", year, err)
		}
	}
	before := at(t, "2025-01-01T00:00:00+07:00")
	if _, err := roadmap.LoadAsOf(t.Context(), db, 2026, before); fault.KindOf(err) != fault.NotFound {
		t.Errorf("LoadAsOf before the plan was recorded = %v, want NotFound", err)
	}
	if _, err := roadmap.AgencyByCode(t.Context(), db, "nihil"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("AgencyByCode = %v, want NotFound", err)
	}
	if _, err := roadmap.RuleSetOn(t.Context(), db, before.AddDate(-1, 0, 0)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("RuleSetOn before all rules = %v, want NotFound", err)
	}
}

func TestTargetsAreReadAsTheyWerePromised(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	targets, err := roadmap.Targets(t.Context(), db, at(t, "2025-02-01T00:00:00+07:00"))
	if err != nil || len(targets) != 3940 {
		t.Fatalf("%d targets (error %v)", len(targets), err)
	}
	find := func(agency, indicator string, year int) roadmap.Target {
		i := slices.IndexFunc(targets, func(t roadmap.Target) bool {
			return t.AgencyCode == agency && t.IndicatorCode == indicator && t.Year == year
		})
		return targets[i]
	}
	if bor := find("rsud-mardi-waluyo", "RSUD-BOR", 2027); bor.Value != nil || bor.Low.String() != "60" || bor.High.String() != "85" {
		t.Errorf("range %+v", bor)
	}
	if akip := find("setda", "AKIP-KOTA", 2029); akip.Value.String() != "7" {
		t.Errorf("predicate AA is %v, want 7", akip.Value)
	}
	if yes := find("disdik", "MAKLUMAT", 2025); yes.Value.String() != "1" || yes.Steps != nil || yes.Withdrawn() {
		t.Errorf("yes is %+v", yes)
	}
	if none, err := roadmap.Targets(t.Context(), db, at(t, "2025-01-01T00:00:00+07:00")); err != nil || len(none) != 0 {
		t.Errorf("%d targets were known before any was recorded (error %v)", len(none), err)
	}
}

func TestScalesAndServicesComeWhole(t *testing.T) {
	t.Parallel()
	db := seeded(t)
	scales, err := roadmap.Scales(t.Context(), db, time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, s := range scales {
		codes = append(codes, s.Code)
	}
	if want := []string{"akip", "capaian", "capaian_kata", "ikm", "ipp", "spbe"}; !slices.Equal(codes, want) {
		t.Errorf("scales valid in 2026: %v, want %v", codes, want)
	}
	if aa := scales[0].Find("AA"); aa == nil || aa.Ordinal != 7 || aa.MinValue.String() != "90" || !aa.Exclusive {
		t.Errorf("AA is %+v", aa)
	}
	rules, err := roadmap.RuleSetOn(t.Context(), db, time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	if err != nil || rules.Code != "m1" || rules.Cap.String() != "100" || rules.Bands.Steps[0].MinValue != nil || rules.Words.Steps[2].Code != "tercapai" {
		t.Errorf("rules %+v (error %v)", rules, err)
	}
	services, err := roadmap.Services(t.Context(), db)
	if err != nil || len(services) != 82 {
		t.Fatalf("%d services (error %v)", len(services), err)
	}
	kir := services[slices.IndexFunc(services, func(s roadmap.Service) bool { return s.Code == "dishub-kir" })]
	if s := kir.Standard; *s.FeeRupiah != 0 || s.Procedure != nil || s.Provenance["fee"] != "blitar" || len(s.Sources) != 1 || len(s.Requirements) != 4 {
		t.Errorf("standard %+v", s)
	}
}
