package server

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// seedRows reads a table of the seeds; each row is a map by column.
func seedRows(t testing.TB, name string) []map[string]string {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "seeds", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, column := range rows[0] {
			m[column] = row[i]
		}
		all = append(all, m)
	}
	return all
}

// dice is a number from 0 to 1 that is always the same for the same words.
func dice(words ...string) float64 {
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w + "|"))
	}
	return float64(h.Sum64()%10_000) / 10_000
}

func fixed(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// blitar is a publication of the real city: areas and agencies of the seeds with eight
// invented indicators over seven quarters. Kelurahan Klampok has handed in nothing,
// Tlumpu only half; Rembang has a small sample in its survey; one target was amended.
func blitar(t testing.TB) *edition {
	t.Helper()
	last := scoring.Period{Year: 2026, Quarter: 3}
	published := time.Date(2026, 10, 30, 2, 0, 0, 0, time.UTC)
	c := &scorecard.Content{Format: "petajalan-publication-1", Number: 8, Period: last, PublishedAt: published, AsOf: published, Status: "contoh", Demo: true,
		Method: scorecard.Method{ID: "m1", Cap: "100", Floor: "0", Bands: testBands(), Words: []scorecard.Band{
			{From: new("100"), Rating: "tercapai", Label: "Tercapai"}, {From: new("90"), Rating: "hampir_tercapai", Label: "Hampir tercapai"}, {Rating: "belum_tercapai", Label: "Belum tercapai"}},
			Scales: []scorecard.Scale{{Code: "ikm", Steps: []scorecard.ScaleStep{{Ordinal: 1, Code: "D", Label: "Tidak Baik"}, {Ordinal: 2, Code: "C", Label: "Kurang Baik", From: new("65.00")}, {Ordinal: 3, Code: "B", Label: "Baik", From: new("76.61")}, {Ordinal: 4, Code: "A", Label: "Sangat Baik", From: new("88.31")}}}}}}
	for _, r := range seedRows(t, "areas.csv") {
		a := scorecard.Area{Code: r["code"], Level: r["level"], Name: r["name"]}
		if r["parent"] != "" {
			a.Parent = new(r["parent"])
		}
		if r["outline"] != "" {
			x, _ := strconv.Atoi(r["label_x"])
			y, _ := strconv.Atoi(r["label_y"])
			a.Slug, a.Outline, a.LabelX, a.LabelY = new(r["slug"]), new(r["outline"]), new(x), new(y)
		}
		c.Areas = append(c.Areas, a)
	}
	var kelurahan []string
	for _, r := range seedRows(t, "agencies.csv") {
		a := scorecard.Agency{Code: r["code"], Name: r["name"], ShortName: r["short_name"], Kind: r["kind"], Area: r["area"], Reports: r["reports"] == "ya", Website: r["website"]}
		c.Agencies = append(c.Agencies, a)
		if a.Kind == scorecard.KindKelurahan {
			kelurahan = append(kelurahan, a.Code)
		}
	}
	for i, name := range []string{"Standar yang sama: cepat, akurat, memuaskan", "Transparan dan bertanggung jawab", "Mudah dijangkau semua warga", "Inovasi berkelanjutan dan layanan digital", "Tata kelola kolaboratif"} {
		code := fmt.Sprintf("T%d", i+1)
		c.Goals = append(c.Goals, scorecard.Goal{Code: code, Name: name, Weight: []string{"35", "20", "15", "20", "10"}[i], Objectives: []scorecard.Objective{{Code: "S" + code, Name: "Sasaran " + code}}})
	}
	for i, d := range []struct {
		code, name, numerator, denominator, unit, definition string
		kind                                                 scoring.Kind
		direction                                            scoring.Direction
		frequency                                            scoring.Frequency
	}{
		{"TEPAT-WAKTU", "Layanan selesai sesuai waktu janji (kecepatan)", "permohonan selesai tepat waktu", "permohonan selesai", "%", "Selesai dalam waktu yang dijanjikan", scoring.KindFraction, scoring.HigherIsBetter, scoring.Quarterly},
		{"TANPA-KOREKSI", "Produk layanan tanpa koreksi (akurasi)", "produk tanpa koreksi", "produk diserahkan", "%", "Produk yang tidak dikembalikan", scoring.KindFraction, scoring.HigherIsBetter, scoring.Quarterly},
		{"ADUAN-TEPAT", "Pengaduan selesai tepat waktu", "aduan selesai tepat waktu", "aduan selesai", "%", "SP4N-LAPOR! dan Sapa Mas Wali", scoring.KindFraction, scoring.HigherIsBetter, scoring.Quarterly},
		{"ADUAN-HARI", "Rata-rata lama penyelesaian aduan", "", "", "hari kerja", "Rata-rata hari kerja dari diterima sampai selesai", scoring.KindNumber, scoring.LowerIsBetter, scoring.Quarterly},
		{"IKM", "Indeks Kepuasan Masyarakat unit (kepuasan)", "", "", "indeks 25-100", "Sembilan unsur SKM", scoring.KindIndex, scoring.HigherIsBetter, scoring.HalfYearly},
		{"DIGITAL", "Layanan yang dapat diurus secara daring", "layanan daring", "layanan", "%", "Permohonan sampai penyerahan secara daring", scoring.KindFraction, scoring.HigherIsBetter, scoring.Quarterly},
		{"FKP", "Forum Konsultasi Publik", "", "", "kali", "Forum dengan berita acara", scoring.KindNumber, scoring.HigherIsBetter, scoring.Yearly},
		{"MAKLUMAT", "Maklumat pelayanan dipublikasikan", "", "", "ya/tidak", "Terpampang di media cetak dan daring", scoring.KindYesNo, scoring.YesNo, scoring.Quarterly},
	} {
		goal := fmt.Sprintf("T%d", i%5+1)
		c.Indicators = append(c.Indicators, scorecard.Indicator{Code: d.code, Name: d.name, Goal: goal, Objective: "S" + goal, Definition: d.definition, Kind: d.kind, Direction: d.direction,
			Frequency: d.frequency, Unit: d.unit, Decimals: 2, NumeratorLabel: d.numerator, DenominatorLabel: d.denominator, Status: "contoh"})
	}
	for i, name := range []string{"Surat Keterangan Domisili", "Surat Pengantar Nikah (N1 sampai N4)", "Surat Keterangan Tidak Mampu (SKTM)", "Surat Keterangan Usaha", "Surat Keterangan Ahli Waris"} {
		c.Services = append(c.Services, scorecard.Service{Code: fmt.Sprintf("kel-%d", i), Name: name, Agencies: kelurahan, Standard: &scorecard.Standard{
			Requirements: []string{"Pengantar RT/RW", "Fotokopi KTP dan KK"}, DurationValue: new("1"), DurationUnit: new("hari_kerja"), FeeKind: new("gratis"), Status: "contoh"}})
	}
	for q, p := range scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 1}, last) {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p, DueAt: time.Date(p.Year, time.Month(3*p.Quarter+1), 14, 17, 0, 0, 0, time.UTC)})
		var all []float64
		for _, a := range c.Agencies {
			if a.Reports {
				all = append(all, addAgency(c, a, p, q))
			}
		}
		city := mean(all)
		for _, g := range c.Goals {
			c.Scores = append(c.Scores, scoreOf(scoring.LevelGoal, g.Code, p, city+8*dice(g.Code)-4, 2))
		}
		c.Scores = append(c.Scores, scoreOf(scoring.LevelCity, scoring.CityCode, p, city, 2.4))
	}
	addSurveys(c, kelurahan, last)
	return &edition{View: scorecard.NewView(c), SHA256: "0", Latest: true, Others: []editionInfo{{Number: 8, Period: last, PublishedAt: published}}}
}

// addAgency invents the results of an agency in a quarter, the q-th, and returns its score.
func addAgency(c *scorecard.Content, a scorecard.Agency, p scoring.Period, q int) float64 {
	place := strings.TrimPrefix(a.Name, "Kelurahan ")
	silent := p == c.Period && place == "Klampok"
	half := p == c.Period && place == "Tlumpu"
	var sum []float64
	counts := scorecard.Counts{Ratings: map[string]int{}, States: map[scoring.State]int{}}
	for i, ind := range c.Indicators {
		raw := 68 + 34*dice(a.Code, ind.Code) + 1.6*float64(q) + 8*dice(a.Code, ind.Code, p.String()) - 4
		x := scorecard.Achievement{Period: p, Agency: a.Code, Indicator: ind.Code, Goal: ind.Goal, Objective: ind.Objective, Kind: ind.Kind, Direction: ind.Direction,
			Frequency: ind.Frequency, Unit: ind.Unit, Weight: "12.50", AsOf: p, State: scoring.Scored, Target: new("90"), Method: "m1", Publication: 8}
		switch {
		case ind.Frequency == scoring.Yearly && p.Year == 2025 && p.Quarter < 4:
			x.State = scoring.NotDue
		case silent || half && i%2 == 0:
			x.State = scoring.Late
		}
		if !ind.Frequency.Due(p.Quarter) && x.State == scoring.Scored {
			x.AsOf = p.Previous()
		}
		target := 90.0
		switch {
		case ind.Direction == scoring.LowerIsBetter:
			target, x.Target = 5, new("5")
		case ind.Kind == scoring.KindYesNo:
			target, x.Target, x.TargetLabel, x.ActualLabel = 1, new("1"), new("ya"), new("ya")
			raw = 100
		case ind.Unit == "kali":
			target, x.Target = 4, new("4")
		}
		x.FirstTarget = x.Target
		if place == "Rembang" && ind.Code == "DIGITAL" {
			x.FirstTarget = new("95")
			if p == c.Period {
				c.Targets = append(c.Targets,
					scorecard.Target{Agency: x.Agency, Indicator: x.Indicator, Year: p.Year, Revision: 1, Value: x.FirstTarget, Weight: x.Weight},
					scorecard.Target{Agency: x.Agency, Indicator: x.Indicator, Year: p.Year, Revision: 2, Value: x.Target, Weight: x.Weight,
						Reason: "Anggaran digeser.", LegalBasis: "Perwali contoh", RecordedAt: time.Date(2026, 3, 16, 2, 0, 0, 0, time.UTC)})
			}
		}
		if x.State == scoring.Scored {
			actual := target * raw / 100
			if ind.Direction == scoring.LowerIsBetter {
				actual = target * (2 - raw/100)
			}
			if ind.Unit == "%" || ind.Unit == "indeks 25-100" {
				actual = math.Min(actual, 99.5)
				raw = actual / target * 100
			}
			if ind.Unit == "kali" {
				actual = math.Round(actual)
				raw = actual / target * 100
			}
			x.Actual, x.Raw, x.Scored = new(fixed(actual)), new(fixed(raw)), new(fixed(math.Min(raw, 100)))
			if ind.Kind == scoring.KindFraction {
				x.ActualNumerator, x.ActualDenominator = new(strconv.Itoa(int(actual*10))), new("1000")
			}
			x.Reported = x.Actual
			sum = append(sum, math.Min(raw, 100))
		}
		counts.States[x.State]++
		c.Achievements = append(c.Achievements, x)
	}
	s := scoreOf(scoring.LevelAgency, a.Code, p, mean(sum), 3*math.Max(0, dice(a.Code, "span", p.String())-.6))
	switch {
	case silent:
		s.Score, s.Rating, s.Low, s.High, s.Coverage = nil, nil, "0.00", "100.00", "0.0000"
	case half:
		s.Rating, s.Low, s.High, s.Coverage = nil, "51.00", "92.00", "0.5600"
	}
	s.Counts = counts
	c.Scores = append(c.Scores, s)
	return mean(sum)
}

func scoreOf(level scoring.Level, code string, p scoring.Period, v, span float64) scorecard.Score {
	low, high := fixed(v-span), fixed(math.Min(100, v+span/3))
	s := scorecard.Score{Level: level, Code: code, Period: p, Score: new(fixed(v)), Low: low, High: high, Coverage: strconv.FormatFloat(1-span/100, 'f', 4, 64), Method: "m1", Publication: 8}
	bands := testBands()
	if i := bandOf(bands, low); i == bandOf(bands, high) {
		s.Rating = new(bands[i].Rating)
	}
	return s
}

func mean(vs []float64) float64 {
	if len(vs) == 0 {
		return 75
	}
	sum := 0.0
	for _, v := range vs {
		sum += v
	}
	return sum / float64(len(vs))
}

// addSurveys invents results of services and surveys for all kelurahan but Turi.
func addSurveys(c *scorecard.Content, kelurahan []string, last scoring.Period) {
	elements := []string{"persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarana"}
	for _, code := range kelurahan {
		i := slices.IndexFunc(c.Agencies, func(a scorecard.Agency) bool { return a.Code == code })
		if strings.HasSuffix(c.Agencies[i].Name, "Turi") {
			continue
		}
		for _, s := range c.Services {
			done := 20 + int(80*dice(code, s.Code))
			c.Results = append(c.Results, scorecard.ServiceResult{Service: s.Code, Agency: code, Period: last, Received: done, Done: done,
				OnTime: done - int(12*dice(code, s.Code, "tepat")), Uncorrected: done - int(5*dice(code, s.Code, "koreksi")), IKM: new(fixed(78 + 12*dice(code, s.Code, "ikm"))), Respondents: 20})
		}
		for half := 1; half <= 2; half++ {
			v := scorecard.Satisfaction{Agency: code, Year: 2026 - half + 1, Half: half, Respondents: 152, MinSample: new(140), IKM: fixed(80 + 6*dice(code, strconv.Itoa(half))), Grade: "B"}
			v.Year = 2025 + (2-half)%2
			if strings.HasSuffix(c.Agencies[i].Name, "Rembang") {
				v.Respondents = 38
			}
			for _, el := range elements {
				value := 74 + 18*dice(code, el)
				grade := "C"
				if value >= 76.61 {
					grade = "B"
				}
				if value >= 88.31 {
					grade = "A"
				}
				v.Elements = append(v.Elements, scorecard.Element{Code: el, Value: fixed(value), Grade: grade})
			}
			c.Satisfaction = append(c.Satisfaction, v)
		}
	}
}

// newTestRenderer is the renderer of the program, in the zone of the city. All tests share it.
func newTestRenderer(t testing.TB) (*renderer, *assets) {
	t.Helper()
	a, err := ownAssets()
	if err != nil {
		t.Fatal(err)
	}
	r, err := testRenderer()
	if err != nil {
		t.Fatal(err)
	}
	return r, a
}

var testRenderer = sync.OnceValues(func() (*renderer, error) {
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		return nil, err
	}
	a, err := ownAssets()
	if err != nil {
		return nil, err
	}
	return newRenderer(testFiles, a, zone)
})

// renderPath renders the page of ours at path, which may have a query.
func renderPath(t testing.TB, r *renderer, e *edition, route publicRoute, p params) string {
	t.Helper()
	v, err := route.page(e, p)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.render(&b, v.template, v.data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
