package server

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// planned is blitar with a plan from 2025 to 2029, and change made on its content before
// it is read.
func planned(t testing.TB, change func(c *scorecard.Content)) *edition {
	t.Helper()
	e := blitar(t)
	c := e.Content
	c.Roadmap.FirstYear, c.Roadmap.LastYear = 2025, 2029
	have := map[string]bool{}
	for _, target := range c.Targets {
		have[target.Agency+target.Indicator+strconv.Itoa(target.Year)] = true
	}
	for _, a := range c.Achievements {
		if a.Period != c.Period {
			continue
		}
		for y := 2025; y <= 2029; y++ {
			if !have[a.Agency+a.Indicator+strconv.Itoa(y)] {
				c.Targets = append(c.Targets, scorecard.Target{Agency: a.Agency, Indicator: a.Indicator, Year: y, Revision: 1, Value: a.FirstTarget, Weight: a.Weight, Status: "contoh"})
			}
		}
	}
	if change != nil {
		change(c)
	}
	e.View = scorecard.NewView(c)
	return e
}

// alone adds an indicator that only the dlh has, with a result in every period; with
// adjusts its achievements.
func alone(c *scorecard.Content, ind scorecard.Indicator, with func(a *scorecard.Achievement)) {
	ind.Goal, ind.Objective, ind.Status = "T1", "ST1", "contoh"
	c.Indicators = append(c.Indicators, ind)
	for _, info := range c.Periods {
		a := scorecard.Achievement{Period: info.Period, AsOf: info.Period, Agency: "dlh", Indicator: ind.Code, Goal: "T1", Objective: "ST1", Kind: ind.Kind,
			Direction: ind.Direction, Consolidation: ind.Consolidation, Frequency: ind.Frequency, Unit: ind.Unit, Weight: "5", State: scoring.Scored}
		with(&a)
		c.Achievements = append(c.Achievements, a)
	}
}

// promised adds revisions of the target of the dlh for a year, the first promise first; a
// nil one takes it back.
func promised(c *scorecard.Content, indicator string, year int, values ...*string) {
	for i, v := range values {
		target := scorecard.Target{Agency: "dlh", Indicator: indicator, Year: year, Revision: i + 1, Value: v, Weight: "5", Status: "contoh", RecordedAt: time.Date(2026, 3, 16, 2, 0, 0, 0, time.UTC)}
		if i > 0 {
			target.Reason, target.LegalBasis = "Anggaran digeser", "Perwali contoh"
		}
		c.Targets = append(c.Targets, target)
	}
}

// mainText is the text of a page as a reader sees them.
func mainText(d *goquery.Document) string {
	return strings.Join(strings.Fields(d.Find("main").Text()), " ")
}

// says checks that a page says all of these.
func says(t *testing.T, d *goquery.Document, wanted ...string) {
	t.Helper()
	text := mainText(d)
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
}

// opened is the page of an address of an edition.
func opened(t *testing.T, e *edition, address string) *goquery.Document {
	t.Helper()
	d, err := newCrawler(t, e).open(address)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return d
}

func TestTheSheetOfAnIndicatorLeadsWithWhatWasFound(t *testing.T) {
	t.Parallel()
	e := planned(t, nil)
	d := opened(t, e, "/indikator/TEPAT-WAKTU")
	targets := e.AchievementsFor("TEPAT-WAKTU", e.View.Latest())
	n, of := 0, 0
	for _, a := range targets {
		if a.State == scoring.Scored {
			x, _ := strconv.Atoi(*a.ActualNumerator)
			y, _ := strconv.Atoi(*a.ActualDenominator)
			n, of = n+x, of+y
		}
	}
	share := countShare(n, of)
	if got, want := d.Find(".headline h2").Text(), sentenceStart(formatFrequency(*share))+" permohonan selesai tepat waktu"; got != want {
		t.Errorf("the page leads with %q, want %q", got, want)
	}
	tally := tallyOf(e, targets)
	says(t, d, formatCount(tally.Reached)+" dari "+formatCount(tally.Due())+" instansi mencapai target",
		formatCount(n)+" ÷ "+formatCount(of)+" × 100 = ", "Makin besar makin baik. Rumusnya: realisasi ÷ target × 100.", "Yang perlu perhatian", "bukan peringkat")
	if d.Find(".trend__plot svg .bullet__whisker").Length() == 0 || d.Find(".trend__plot svg .trend__line").Length() == 0 {
		t.Error("promise and result are not drawn")
	}
	if got := d.Find(".dots path[class^=segment]").Length(); got == 0 {
		t.Error("the spread is not drawn")
	}
	if got := d.Find("details table tbody tr").Length(); got != len(targets) {
		t.Errorf("%d agencies are listed, want %d", got, len(targets))
	}
	if got := d.Find("#h-target").Closest("section").Find("tbody tr").Length(); got != 5 {
		t.Errorf("%d years are promised, want 5", got)
	}
}

// TestThePagesOfDetailKeepTheirBudget holds the sizes of ux.md for every indicator and
// service, and for the figures of one agency.
func TestThePagesOfDetailKeepTheirBudget(t *testing.T) {
	t.Parallel()
	r, _ := newTestRenderer(t)
	e := planned(t, nil)
	hold := func(address string, route publicRoute, p params) {
		page := renderPath(t, r, e, route, p)
		zipped, _, err := newCompressor().compress([]byte(page))
		if err != nil {
			t.Fatal(err)
		}
		if n := parse(t, page).Find("*").Length(); len(zipped) > 12_000 || n > 1500 {
			t.Errorf("%s: %d bytes, %d elements", address, len(zipped), n)
		}
	}
	one := func(code string) params { return params{path: map[string]string{"kode": code}, query: url.Values{}} }
	for _, ind := range e.Indicators {
		hold(ind.Code, indicatorRoute, one(ind.Code))
		hold("hitung "+ind.Code, calculationRoute, params{path: map[string]string{"indikator": ind.Code, "instansi": "dlh", "periode": "2026-TW3"}})
	}
	for _, s := range e.Services {
		hold(s.Code, serviceRoute, one(s.Code))
	}
	hold("/indikator", indicatorListRoute, params{query: url.Values{}})
	hold("/layanan", serviceListRoute, params{query: url.Values{}})
}

func TestAChangedTargetStandsBesideTheFirstPromise(t *testing.T) {
	t.Parallel()
	e := planned(t, func(c *scorecard.Content) {
		alone(c, scorecard.Indicator{Code: "RTLH", Name: "Rumah ditangani", Kind: scoring.KindNumber, Direction: scoring.HigherIsBetter, Consolidation: scoring.Sum, Frequency: scoring.Quarterly, Unit: "unit"},
			func(a *scorecard.Achievement) {
				a.Actual, a.Reported, a.Target, a.FirstTarget = new("70"), new("24"), new("72"), new("90")
				a.Raw, a.Scored, a.FirstRaw, a.FirstScored = new("97.22"), new("97.22"), new("77.78"), new("77.78")
			})
		promised(c, "RTLH", 2025, new("100"))
		promised(c, "RTLH", 2026, new("120"), new("96"))
		promised(c, "RTLH", 2027, new("140"), nil)
	})
	d := opened(t, e, "/indikator/RTLH")
	says(t, d, "2026: semula 120 unit, kini 96 unit", "Dicatat Bagian Organisasi pada 16 Maret 2026. Anggaran digeser. Dasar hukum: Perwali contoh.",
		"2027: semula 140 unit, kini Dicabut", "96 unitsemula 120 unit", "Dicabutsemula 140 unit", "70 ÷ 72 × 100 = 97,22", "70 ÷ 90 × 100 = 77,78",
		"Untuk target 2026, tiap triwulan perlu 26 unit, lebih banyak daripada yang pernah terjadi.", "Yang terbanyak sejauh ini 24 unit")
	if d.Find(".trend__plot .trend__reference").Length() == 0 {
		t.Error("the first promise is not drawn")
	}
	if strings.Contains(mainText(d), "Sebaran") || d.Find("details").Length() > 0 {
		t.Error("the only agency is shown as one of many")
	}
}

func TestABreakIsDrawnAndNothingIsJoinedAcrossIt(t *testing.T) {
	t.Parallel()
	at := func(note string) *goquery.Document {
		e := planned(t, func(c *scorecard.Content) {
			alone(c, scorecard.Indicator{Code: "OMB", Name: "Nilai Ombudsman", Kind: scoring.KindIndex, Direction: scoring.HigherIsBetter, Consolidation: scoring.Last, Frequency: scoring.Quarterly,
				Unit: "skor 0-100", Decimals: 2, BreakNote: note, Baseline: new("98.19"), BaselineYear: new(2024), BaselineSource: "https://contoh.example/berita"},
				func(a *scorecard.Achievement) {
					a.Actual, a.Reported, a.Target, a.FirstTarget, a.Raw, a.Scored = new("91.23"), new("91.23"), new("98"), new("98"), new("93.09"), new("93.09")
				})
			promised(c, "OMB", 2025, new("98"))
			promised(c, "OMB", 2026, new("98"))
		})
		return opened(t, e, "/indikator/OMB")
	}
	whole, broken := at(""), at("Skema penilaian diganti pada 2026.")
	lines := func(d *goquery.Document) int {
		return strings.Count(d.Find(".trend__plot .trend__line").AttrOr("d", ""), "M")
	}
	if whole.Find(".trend__break").Length() != 0 || lines(whole) != 1 {
		t.Errorf("a series without a break is cut: %d lines", lines(whole))
	}
	if broken.Find(".trend__break").Length() != 1 || lines(broken) != 2 {
		t.Errorf("a break is not drawn: %d marks, %d lines", broken.Find(".trend__break").Length(), lines(broken))
	}
	says(t, broken, "Deret ini terputus. Skema penilaian diganti pada 2026.", "Deret terputus di sini: cara mengukurnya berganti.", "Kondisi awal 2024", "contoh.example")
	if broken.Find(".trend__plot .bullet__previous").Length() != 1 {
		t.Error("the baseline is not drawn")
	}
}

func TestEveryKindOfIndicatorHasASheet(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		ind  scorecard.Indicator
		with func(a *scorecard.Achievement)
		want []string
		plot bool
	}{
		{"range", scorecard.Indicator{Kind: scoring.KindFraction, Direction: scoring.OnTarget, Consolidation: scoring.Sum, Frequency: scoring.Quarterly, Unit: "%", NumeratorLabel: "hari perawatan", DenominatorLabel: "hari tersedia"},
			func(a *scorecard.Achievement) {
				a.Actual, a.ActualNumerator, a.ActualDenominator, a.Numerator, a.Denominator = new("72.3"), new("723"), new("1000"), new("723"), new("1000")
				a.TargetLow, a.TargetHigh, a.FirstTargetLow, a.FirstTargetHigh, a.Raw, a.Scored = new("60"), new("85"), new("60"), new("85"), new("100.00"), new("100.00")
			}, []string{"Target tercapai", "antara 60% dan 85%", "Realisasi ada di dalam rentang target", "Target 2026 sudah tercapai."}, true},
		{"predicate", scorecard.Indicator{Kind: scoring.KindPredicate, Direction: scoring.Predicate, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "predikat", Scale: new("ikm"), Baseline: new("C")},
			func(a *scorecard.Achievement) {
				a.Actual, a.ActualLabel, a.Reported, a.Target, a.TargetLabel, a.FirstTarget, a.Raw, a.Scored = new("3"), new("B"), new("3"), new("4"), new("A"), new("4"), new("75.00"), new("75.00")
			}, []string{"Target belum tercapai", "Dicapai: B. Dijanjikan: A.", "perlu naik 1 tingkat", "Kondisi awalC"}, true},
		{"yes or no", scorecard.Indicator{Kind: scoring.KindYesNo, Direction: scoring.YesNo, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "ya/tidak"},
			func(a *scorecard.Achievement) {
				a.Actual, a.ActualLabel, a.Reported, a.Target, a.TargetLabel, a.FirstTarget, a.Raw, a.Scored = new("1"), new("ya"), new("1"), new("1"), new("ya"), new("1"), new("100.00"), new("100.00")
			}, []string{"Target tercapai", "100 bila dilakukan, 0 bila tidak", "belum ada angka yang diumumkan"}, false},
		{"milestone", scorecard.Indicator{Kind: scoring.KindMilestone, Direction: scoring.Milestones, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "tahap", Steps: []scorecard.MilestoneStep{{Percent: "40", Name: "Rancangan"}, {Percent: "100", Name: "Ditetapkan"}}},
			func(a *scorecard.Achievement) {
				a.Actual, a.ActualLabel, a.Reported, a.Target, a.TargetLabel, a.FirstTarget, a.Raw, a.Scored = new("40"), new("Rancangan"), new("40"), new("100"), new("Ditetapkan"), new("100"), new("40.00"), new("40.00")
			}, []string{"Dicapai: Rancangan. Dijanjikan: Ditetapkan.", "perlu naik 60 persen tahap", "Ditetapkan100 persen"}, true},
		{"missing", scorecard.Indicator{Kind: scoring.KindNumber, Direction: scoring.LowerIsBetter, Consolidation: scoring.Average, Frequency: scoring.Quarterly, Unit: "menit"},
			func(a *scorecard.Achievement) { a.State, a.Target, a.FirstTarget = scoring.Late, new("30"), new("30") },
			[]string{"Belum ada data yang diverifikasi", "Terlambat lapor", "Belum ada laporan yang masuk.", "(2 − realisasi ÷ target) × 100"}, true},
		{"withdrawn", scorecard.Indicator{Kind: scoring.KindNumber, Direction: scoring.HigherIsBetter, Consolidation: scoring.Last, Frequency: scoring.Quarterly, Unit: "unit"},
			func(a *scorecard.Achievement) { a.State, a.StateReason = scoring.NoTarget, new("target dicabut") },
			[]string{"Belum ada yang dinilai pada periode ini", "Tidak ada target", "Target dicabut."}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := planned(t, func(c *scorecard.Content) {
				tt.ind.Code, tt.ind.Name, tt.ind.Definition = "X", "Contoh", "contoh"
				alone(c, tt.ind, tt.with)
				a := c.Achievements[len(c.Achievements)-1]
				if a.State == scoring.NoTarget {
					promised(c, "X", 2026, new("10"), nil)
					return
				}
				promised(c, "X", 2026, a.Target)
				c.Targets[len(c.Targets)-1].Low, c.Targets[len(c.Targets)-1].High = a.TargetLow, a.TargetHigh
			})
			d := opened(t, e, "/indikator/X")
			says(t, d, tt.want...)
			if got := d.Find(".trend__plot svg").Length() > 0; got != tt.plot {
				t.Errorf("drawn: %t, want %t", got, tt.plot)
			}
			if d.Find("dl:empty").Length() > 0 {
				t.Error("a list without entries")
			}
		})
	}
}

func TestAPaceThatWasNeverSeenIsSaid(t *testing.T) {
	t.Parallel()
	percent := &scorecard.Indicator{Unit: "%", Kind: scoring.KindFraction}
	minutes := &scorecard.Indicator{Unit: "menit", Kind: scoring.KindNumber}
	at := &scorecard.Achievement{Period: scoring.Period{Year: 2026, Quarter: 3}}
	for _, tt := range []struct {
		ind  *scorecard.Indicator
		pace *scorecard.Pace
		want string
	}{
		{percent, nil, ""},
		{percent, &scorecard.Pace{Achievement: at, Best: new("1.1"), Year: &scorecard.PaceTo{Year: 2026, Needed: new("6.2041"), Unseen: true}},
			"Untuk target 2026, tiap triwulan perlu naik 6,2 poin, lebih cepat daripada yang pernah terjadi. Yang tercepat sejauh ini naik 1,1 poin dalam satu triwulan."},
		{minutes, &scorecard.Pace{Achievement: at, Frequency: scoring.Yearly, Best: new("-0.5"), Year: &scorecard.PaceTo{Year: 2026, Falls: true, Needed: new("2")}},
			"Untuk target 2026, tiap tahun perlu turun 2 menit. Selama ini belum pernah membaik."},
		{minutes, &scorecard.Pace{Achievement: at, Best: new("1"), Year: &scorecard.PaceTo{Year: 2026, Reached: true}, End: &scorecard.PaceTo{Year: 2029, Reached: true}},
			"Target 2026 sudah tercapai. Hasil sekarang sudah memenuhi target 2029."},
		{minutes, &scorecard.Pace{Achievement: at, Adds: true, Best: new("3"), Year: &scorecard.PaceTo{Year: 2026, Falls: true, Beyond: true}, End: &scorecard.PaceTo{Year: 2029, Falls: true, Needed: new("0.04")}},
			"Batas 2026 sudah terlewati. Untuk target 2029, tiap triwulan boleh paling banyak 0,04 menit. Yang paling sedikit sejauh ini 3 menit dalam satu triwulan."},
		{minutes, &scorecard.Pace{Achievement: at, Year: &scorecard.PaceTo{Year: 2026}},
			"Target 2026 belum tercapai, dan tidak ada lagi periode untuk mengejarnya."},
	} {
		if got := strings.Join(paceSentences(tt.ind, tt.pace), " "); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
