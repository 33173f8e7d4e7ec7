package scorecard_test

import (
	"strings"
	"testing"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// The small city of these tests: one dinas, one kecamatan and two kelurahan, in the
// second half of 2026.
const (
	dlh        = "dlh"
	kecamatan  = "kec-sananwetan"
	bendogerit = "35.72.03.1007"
	rembang    = "35.72.03.1001"
)

var (
	tw2 = scoring.Period{Year: 2026, Quarter: 2}
	tw3 = scoring.Period{Year: 2026, Quarter: 3}
)

func text(s string) *string { return &s }

// city is a publication of 2026-TW3 without targets and scores; tests add what they need.
func city() *scorecard.Content {
	slug := func(s string) *string { return &s }
	c := &scorecard.Content{
		Number: 3, Period: tw3,
		Method: scorecard.Method{ID: "m1", Cap: "100", Floor: "0",
			Bands: []scorecard.Band{{From: text("91"), Rating: "sangat_tinggi", Label: "Sangat tinggi"}, {From: text("76"), Rating: "tinggi", Label: "Tinggi"}, {Rating: "rendah", Label: "Rendah"}},
			Words: []scorecard.Band{{From: text("100"), Rating: "tercapai", Label: "Tercapai"}, {From: text("90"), Rating: "hampir_tercapai", Label: "Hampir tercapai"}, {Rating: "belum_tercapai", Label: "Belum tercapai"}},
		},
		Areas: []scorecard.Area{{Code: "35.72", Level: "kota", Name: "Kota Blitar"},
			{Code: rembang, Level: "kelurahan", Name: "Rembang", Slug: slug("rembang")},
			{Code: bendogerit, Level: "kelurahan", Name: "Bendogerit", Slug: slug("bendogerit")}},
		Agencies: []scorecard.Agency{
			{Code: rembang, Name: "Kelurahan Rembang", Kind: "kelurahan", Area: rembang, Parent: text(kecamatan), Reports: true},
			{Code: bendogerit, Name: "Kelurahan Bendogerit", Kind: "kelurahan", Area: bendogerit, Parent: text(kecamatan), Reports: true},
			{Code: dlh, Name: "Dinas Lingkungan Hidup", Kind: "dinas", Area: "35.72", Reports: true},
			{Code: kecamatan, Name: "Kecamatan Sananwetan", Kind: "kecamatan", Area: "35.72", Reports: true},
			{Code: "mpp", Name: "Mal Pelayanan Publik", Kind: "unit", Area: "35.72"}},
		Goals: []scorecard.Goal{{Code: "T1", Weight: "60", Objectives: []scorecard.Objective{{Code: "S1.1"}}},
			{Code: "T2", Weight: "40", Objectives: []scorecard.Objective{{Code: "S2.1"}}}},
		Indicators: []scorecard.Indicator{
			{Code: "ADUAN", Objective: "S2.1", Goal: "T2", Kind: scoring.KindNumber, Direction: scoring.LowerIsBetter, Consolidation: scoring.Average, Frequency: scoring.Quarterly},
			{Code: "IKM", Objective: "S1.1", Goal: "T1", Kind: scoring.KindIndex, Direction: scoring.HigherIsBetter, Consolidation: scoring.Last, Frequency: scoring.HalfYearly},
			{Code: "TEPAT", Objective: "S1.1", Goal: "T1", Kind: scoring.KindFraction, Direction: scoring.HigherIsBetter, Consolidation: scoring.Sum, Frequency: scoring.Quarterly}},
	}
	for q := 1; q <= 3; q++ {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: scoring.Period{Year: 2026, Quarter: q}})
	}
	return c
}

// target adds what became of a target of weight 10 in a period; with adjusts it.
func target(c *scorecard.Content, p scoring.Period, agency, indicator string, state scoring.State, with func(*scorecard.Achievement)) {
	a := scorecard.Achievement{Period: p, AsOf: p, Agency: agency, Indicator: indicator, State: state, Weight: "10"}
	for _, ind := range c.Indicators {
		if ind.Code == indicator {
			a.Objective, a.Goal, a.Kind, a.Direction = ind.Objective, ind.Goal, ind.Kind, ind.Direction
			a.Consolidation, a.Frequency = ind.Consolidation, ind.Frequency
		}
	}
	if with != nil {
		with(&a)
	}
	c.Achievements = append(c.Achievements, a)
}

// scored sets the figures of a scored target.
func scored(raw, scored string) func(*scorecard.Achievement) {
	return func(a *scorecard.Achievement) { a.Raw, a.Scored = &raw, &scored }
}

func agencyScore(c *scorecard.Content, agency string, p scoring.Period, score *string) {
	c.Scores = append(c.Scores, scorecard.Score{Level: scoring.LevelAgency, Code: agency, Period: p, Score: score})
}

func show(s *string) string {
	if s == nil {
		return "nil"
	}
	return *s
}

func TestViewFindsThingsByTheirCodes(t *testing.T) {
	t.Parallel()
	v := scorecard.NewView(city())
	if a := v.AgencyBySlug("bendogerit"); a == nil || a.Code != bendogerit {
		t.Errorf("AgencyBySlug(bendogerit) = %+v, want %s", a, bendogerit)
	}
	if got := v.Slug(bendogerit); got != "bendogerit" {
		t.Errorf("Slug = %q, want bendogerit", got)
	}
	if got := v.Slug(dlh); got != "" {
		t.Errorf("Slug of a dinas = %q, want none", got)
	}
	if o, g := v.Objective("S2.1"); o == nil || g == nil || g.Code != "T2" {
		t.Errorf("Objective(S2.1) = %v of %v, want one of T2", o, g)
	}
	if v.Agency("x") != nil || v.AgencyBySlug("x") != nil || v.Indicator("X") != nil || v.Goal("X") != nil || v.Service("x") != nil || v.Calendar(tw3.Next()) != nil {
		t.Error("an unknown code was found")
	}
	var names []string
	for _, a := range v.Reporters(scorecard.GroupKelurahan) {
		names = append(names, a.Name)
	}
	if got := strings.Join(names, ", "); got != "Kelurahan Bendogerit, Kelurahan Rembang" {
		t.Errorf("Reporters(kelurahan) = %s", got)
	}
	if kids := v.Children(kecamatan); len(kids) != 2 {
		t.Errorf("Children(kecamatan) = %d agencies, want 2", len(kids))
	}
}

func TestViewGivesOneScoreForEachPeriod(t *testing.T) {
	t.Parallel()
	c := city()
	agencyScore(c, dlh, tw3, text("80.00"))
	got := scorecard.NewView(c).Scores(scoring.LevelAgency, dlh)
	if len(got) != 3 || got[0] != nil || got[1] != nil || got[2] == nil {
		t.Errorf("Scores = %v, want two empty and one of TW3", got)
	}
}

func TestChangeIsTheDifferenceOfRoundedScores(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, before, now, want string }{
		{"up", "79.90", "81.40", "1.50"},
		{"down", "81.40", "81.10", "-0.30"},
		{"same", "81.40", "81.40", "0.00"},
		{"none before", "", "81.40", "nil"},
		{"none now", "81.40", "", "nil"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := city()
			for p, s := range map[scoring.Period]string{tw2: test.before, tw3: test.now} {
				if s != "" {
					agencyScore(c, dlh, p, &s)
				} else {
					agencyScore(c, dlh, p, nil)
				}
			}
			if got := show(scorecard.NewView(c).Change(scoring.LevelAgency, dlh, tw3)); got != test.want {
				t.Errorf("Change = %s, want %s", got, test.want)
			}
		})
	}
}

func TestReportingCountsOnlyWhatIsDueInThisVeryPeriod(t *testing.T) {
	t.Parallel()
	c := city()
	at := time.Date(2026, 10, 5, 3, 0, 0, 0, time.UTC)
	handedIn := func(a *scorecard.Achievement) {
		a.Provenance = &scorecard.Provenance{Reported: &scorecard.Step{Role: "operator", Office: "DLH", At: at}}
	}
	carried := func(a *scorecard.Achievement) { a.AsOf = tw2; a.Numerator = text("1") }
	target(c, tw3, dlh, "TEPAT", scoring.AwaitingVerification, handedIn)
	target(c, tw3, dlh, "ADUAN", scoring.Late, nil)
	target(c, tw3, bendogerit, "TEPAT", scoring.Late, handedIn) // an earlier quarter is the gap
	target(c, tw3, rembang, "TEPAT", scoring.Late, nil)
	target(c, tw3, rembang, "IKM", scoring.Scored, carried)
	target(c, tw3, kecamatan, "IKM", scoring.Scored, carried)
	v := scorecard.NewView(c)
	if reported, due := v.Reporting(tw3); reported != 2 || due != 3 {
		t.Errorf("Reporting = %d of %d, want 2 of 3", reported, due)
	}
	if silent := v.Silent(tw3); len(silent) != 1 || silent[0].Code != rembang {
		t.Errorf("Silent = %v, want only Rembang", silent)
	}
}

func TestLowestPutsTheHeavierFirstAmongEquals(t *testing.T) {
	t.Parallel()
	c := city()
	weigh := func(w, s string) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) { a.Weight = w; scored(s, s)(a) }
	}
	target(c, tw3, rembang, "ADUAN", scoring.Scored, weigh("9.50", "50.00"))
	target(c, tw3, bendogerit, "ADUAN", scoring.Scored, weigh("10", "50.00"))
	target(c, tw3, bendogerit, "TEPAT", scoring.Scored, weigh("10", "9.00"))
	target(c, tw3, dlh, "IKM", scoring.Scored, weigh("10", "50.00"))
	target(c, tw3, dlh, "TEPAT", scoring.Late, nil)
	v := scorecard.NewView(c)
	names := func(as []*scorecard.Achievement) string {
		var s []string
		for _, a := range as {
			s = append(s, a.Agency+" "+a.Indicator)
		}
		return strings.Join(s, ", ")
	}
	if got, want := names(v.Lowest(scoring.LevelCity, scoring.CityCode, 3)), bendogerit+" TEPAT, "+bendogerit+" ADUAN, dlh IKM"; got != want {
		t.Errorf("Lowest(city) = %s, want %s", got, want)
	}
	if got, want := names(v.Lowest(scoring.LevelGoal, "T2", 3)), bendogerit+" ADUAN, "+rembang+" ADUAN"; got != want {
		t.Errorf("Lowest(T2) = %s, want %s", got, want)
	}
	if got, want := names(v.Lowest(scoring.LevelAgency, dlh, 3)), "dlh IKM"; got != want {
		t.Errorf("Lowest(dlh) = %s, want %s", got, want)
	}
}

func TestPeerMeanStaysWithinTheGroupAndIsNotRounded(t *testing.T) {
	t.Parallel()
	c := city()
	agencyScore(c, bendogerit, tw3, text("80.01"))
	agencyScore(c, rembang, tw3, text("80.00"))
	agencyScore(c, dlh, tw3, text("10.00"))
	agencyScore(c, kecamatan, tw3, nil)
	v := scorecard.NewView(c)
	if mean, n := v.PeerMean(rembang, tw3); show(mean) != "80.005" || n != 2 {
		t.Errorf("PeerMean = %s over %d, want 80.005 over 2", show(mean), n)
	}
	if mean, n := v.PeerMean(kecamatan, tw3); mean != nil || n != 0 {
		t.Errorf("PeerMean of a group without scores = %s over %d, want none", show(mean), n)
	}
}

func TestWordsAndBandsChangeAtTheirLimits(t *testing.T) {
	t.Parallel()
	v := scorecard.NewView(city())
	for figure, want := range map[string]string{"100.00": "tercapai", "99.99": "hampir_tercapai", "90.00": "hampir_tercapai", "89.99": "belum_tercapai", "-100.00": "belum_tercapai"} {
		if got := v.Words(&figure); got == nil || got.Rating != want {
			t.Errorf("Words(%s) = %v, want %s", figure, got, want)
		}
	}
	for figure, want := range map[string]string{"91.00": "sangat_tinggi", "90.99": "tinggi", "75.99": "rendah"} {
		if got := v.Band(&figure); got == nil || got.Rating != want {
			t.Errorf("Band(%s) = %v, want %s", figure, got, want)
		}
	}
	if v.Words(nil) != nil || v.Band(nil) != nil || v.RatingBand(nil) != nil || v.Rank(nil) != 0 {
		t.Error("no figure has a word or a band")
	}
	if got := v.Rank(text("sangat_tinggi")); got != 3 {
		t.Errorf("Rank of the highest of 3 = %d, want 3", got)
	}
}

func TestFindingsCompareTheSameAgencies(t *testing.T) {
	t.Parallel()
	c := city()
	fraction := func(n, d, s string) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) {
			a.ActualNumerator, a.ActualDenominator = &n, &d
			scored(s, s)(a)
		}
	}
	target(c, tw2, dlh, "TEPAT", scoring.Scored, fraction("80", "100", "80.00"))
	target(c, tw2, dlh, "ADUAN", scoring.Scored, scored("70.00", "70.00"))
	target(c, tw3, dlh, "ADUAN", scoring.Scored, scored("60.00", "60.00"))
	target(c, tw3, dlh, "TEPAT", scoring.Scored, fraction("90", "100", "90.00"))
	target(c, tw3, rembang, "TEPAT", scoring.Scored, fraction("1", "100", "1.00")) // not scored before
	v := scorecard.NewView(c)
	up := v.Improved(3)
	if len(up) != 1 || up[0].Indicator.Code != "TEPAT" || up[0].Agencies != 1 || up[0].Agency != nil {
		t.Fatalf("Improved = %+v, want TEPAT over one of two agencies", up)
	}
	if f := up[0]; f.Mean != "90.00" || show(f.Before) != "80.00" || show(f.Change) != "10.00" || show(f.Numerator) != "90" || show(f.Denominator) != "100" {
		t.Errorf("Improved[0] = %+v", f)
	}
	if low := v.NeedsAttention(3); len(low) != 2 || low[0].Indicator.Code != "ADUAN" || low[0].Agency == nil || show(low[0].Change) != "-10.00" {
		t.Errorf("NeedsAttention = %+v, want ADUAN of its only agency first", low)
	}
}
