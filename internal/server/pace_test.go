package server

import (
	"strings"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// paced is an edition of one series in 2026-TW2 with these results since 2025-TW1 and
// targets for 2026 and 2029; "" for none.
func paced(ind scorecard.Indicator, this, last string, results ...string) (*edition, *scorecard.Achievement) {
	ind.Code = "I"
	c := &scorecard.Content{Indicators: []scorecard.Indicator{ind}, Roadmap: scorecard.RoadmapInfo{LastYear: 2029}}
	p := scoring.Period{Year: 2025, Quarter: 1}
	for _, figure := range results {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p})
		a := scorecard.Achievement{Period: p, AsOf: p, Agency: "a", Indicator: "I", Kind: ind.Kind, Direction: ind.Direction, Consolidation: ind.Consolidation,
			Frequency: ind.Frequency, State: scoring.Scored, Reported: &figure, Actual: &figure}
		if figure == "" {
			a.State, a.Reported, a.Actual = scoring.Late, nil, nil
		}
		c.Achievements = append(c.Achievements, a)
		c.Period, p = p, p.Next()
	}
	for year, figure := range map[int]string{2026: this, 2029: last} {
		if figure != "" {
			c.Targets = append(c.Targets, scorecard.Target{Agency: "a", Indicator: "I", Year: year, Revision: 1, Value: &figure})
		}
	}
	e := &edition{View: scorecard.NewView(c), Latest: true}
	return e, e.Achievement("a", "I", c.Period)
}

func TestThePaceIsToldInPlainWords(t *testing.T) {
	t.Parallel()
	share := scorecard.Indicator{Kind: scoring.KindIndex, Direction: scoring.HigherIsBetter, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "%", Decimals: 2}
	wait := scorecard.Indicator{Kind: scoring.KindNumber, Direction: scoring.LowerIsBetter, Consolidation: scoring.Average, Frequency: scoring.Quarterly, Unit: "menit", Decimals: 1}
	visits := scorecard.Indicator{Kind: scoring.KindNumber, Direction: scoring.HigherIsBetter, Consolidation: scoring.Sum, Frequency: scoring.Quarterly, Unit: "kunjungan"}
	limit := scorecard.Indicator{Kind: scoring.KindNumber, Direction: scoring.LowerIsBetter, Consolidation: scoring.Sum, Frequency: scoring.Quarterly, Unit: "surat"}
	grade := scorecard.Indicator{Kind: scoring.KindPredicate, Direction: scoring.Predicate, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "predikat AKIP"}
	promise := scorecard.Indicator{Kind: scoring.KindYesNo, Direction: scoring.YesNo, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "ya/tidak"}
	steps := scorecard.Indicator{Kind: scoring.KindMilestone, Direction: scoring.Milestones, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "tahap"}
	for name, tt := range map[string]struct {
		indicator  scorecard.Indicator
		this, last string
		results    []string
		want       string
	}{
		"rising, never so fast":      {share, "74.2", "", []string{"60", "61.4", "62", "63", "65", "70"}, "Perlu naik 2,1 poin tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 5 poin."},
		"rising, slower":             {share, "84.2", "", []string{"68.6", "70", "70", "70", "70", "70"}, "Perlu naik 7,1 poin tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 1,4 poin: belum pernah secepat itu."},
		"nearly as fast":             {share, "72.06", "", []string{"69", "70.02", "70", "70", "70", "70"}, "Perlu naik 1,03 poin tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 1,02 poin: belum pernah secepat itu."},
		"a very small step":          {share, "70.02", "", []string{"68", "69", "70", "70", "70", "70"}, "Perlu naik 0,01 poin tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 1 poin."},
		"one quarter left":           {share, "75", "", []string{"60", "61", "62", "63", "64", "65", "70"}, "Perlu naik 5 poin dalam satu triwulan lagi untuk mencapai target 2026. Yang tercepat sejauh ini 5 poin."},
		"never rose":                 {share, "75", "", []string{"75", "74", "73", "72", "71", "70"}, "Perlu naik 2,5 poin tiap triwulan untuk mencapai target 2026. Sejauh ini belum pernah naik."},
		"alone":                      {share, "75", "", []string{"", "", "", "", "", "70"}, "Perlu naik 2,5 poin tiap triwulan untuk mencapai target 2026."},
		"falling":                    {wait, "15", "", []string{"30", "27", "25", "22", "21", "20"}, "Perlu turun 2,5 menit tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 3 menit."},
		"never fell":                 {wait, "15", "", []string{"20", "20", "20", "20", "20", "20"}, "Perlu turun 2,5 menit tiap triwulan untuk mencapai target 2026. Sejauh ini belum pernah turun."},
		"reached: towards 2029":      {share, "70", "84", []string{"68", "69", "70", "70", "70", "70"}, "Perlu naik 1 poin tiap triwulan untuk mencapai target 2029. Yang tercepat sejauh ini 1 poin."},
		"a sum":                      {visits, "20", "", []string{"3", "4", "5", "6", "4", "10"}, "Perlu 5 kunjungan tiap triwulan untuk mencapai target 2026. Paling banyak sejauh ini 10 kunjungan."},
		"a sum that must stay small": {limit, "20", "", []string{"3", "4", "5", "6", "4", "10"}, "Perlu paling banyak 5 surat tiap triwulan untuk mencapai target 2026. Paling sedikit sejauh ini 3 surat."},
		"a sum already past it":      {limit, "8", "", []string{"3", "4", "5", "6", "4", "10"}, "Batas untuk 2026 sudah terlewati."},
		"a predicate":                {grade, "6", "", []string{"3", "4", "4", "4", "4", "4"}, "Perlu naik 1 tingkat tiap triwulan untuk mencapai target 2026. Yang tercepat sejauh ini 1 tingkat."},
		"all reached":                {share, "70", "70", []string{"68", "69", "70", "70", "70", "70"}, ""},
		"a milestone":                {steps, "100", "", []string{"20", "20", "40", "40", "60", "60"}, ""},
		"yes or no":                  {promise, "1", "1", []string{"0", "0", "0", "0", "0", "0"}, ""},
		"nothing now":                {share, "75", "", []string{"70", "70", "70", "70", "70", ""}, ""},
	} {
		e, a := paced(tt.indicator, tt.this, tt.last, tt.results...)
		if got := paceText(e, a); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestHonestyStandsBeforeEveryScore(t *testing.T) {
	t.Parallel()
	pages := publicPages(t)
	for _, name := range []string{"home", "home past", "bendogerit", "klampok", "tlumpu"} {
		honesty, score := strings.Index(pages[name], `class="honesty"`), strings.Index(pages[name], `class="headline`)
		if honesty < 0 || score < 0 || honesty > score {
			t.Errorf("%s: a score stands before what its data are worth", name)
		}
	}
	e := blitar(t)
	h := newHonesty(e, scoring.LevelCity, scoring.CityCode)
	if len(h.Facts) != 3 || !strings.Contains(h.Finding, "target punya data yang diperiksa, mutakhir, dan berbukti") || h.Href != "/metode#kejujuran" {
		t.Errorf("%+v", h)
	}
	if none := newHonesty(e, scoring.LevelAgency, "entah"); none.Facts != nil || none.Finding != "belum ada target yang jatuh tempo" {
		t.Errorf("%+v", none)
	}
}

func TestALineIsCutWhereTheRuleSetChanges(t *testing.T) {
	t.Parallel()
	e := cityOf("70.00", "71.00", "72.00", "73.00")
	for i := range e.Content.Scores[2:] {
		e.Content.Scores[2+i].Method = "m2"
	}
	scores := e.Scores(scoring.LevelCity, scoring.CityCode)
	f := newTrend(e, "", scores, "", nil)
	if f.Broken != "Garis terputus pada Triwulan III 2025: cara menghitung berganti, jadi nilainya tidak disambung." || strings.Count(string(f.Plot), "trend__break") != 1 {
		t.Errorf("%q\n%s", f.Broken, f.Plot)
	}
	if b := methodBreaks(scores); len(b) != 1 || b[0] != 2 {
		t.Errorf("%v", b)
	}
	if f := newTrend(cityOf("70.00", "71.00"), "", cityOf("70.00", "71.00").Scores(scoring.LevelCity, scoring.CityCode), "", nil); f.Broken != "" {
		t.Errorf("%q", f.Broken)
	}
}

func TestLongListsOfRequirementsAreCounted(t *testing.T) {
	t.Parallel()
	for want, things := range map[string][]string{
		"":                       nil,
		"KTP, KK, foto":          {"KTP", "KK", "foto"},
		"KTP, KK, dan 2 lainnya": {"KTP", "KK", "foto", "meterai"},
	} {
		if got := firstFew(things, 2); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
