package server

import (
	"strings"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// measured sets what was measured of the first service: by agency, requests done, on time,
// and answers with their result.
func measured(c *scorecard.Content, results ...scorecard.ServiceResult) {
	var others []scorecard.ServiceResult
	for _, r := range c.Results {
		if r.Service != "kel-0" {
			others = append(others, r)
		}
	}
	for _, r := range results {
		r.Service, r.Received = "kel-0", r.Done
		if r.Period.IsZero() {
			r.Period = c.Period
		}
		others = append(others, r)
	}
	c.Results = others
}

func TestTheCityFigureOfAServiceIsPooledAndNotAveraged(t *testing.T) {
	t.Parallel()
	e := planned(t, func(c *scorecard.Content) {
		kelurahan := c.Services[0].Agencies
		measured(c, scorecard.ServiceResult{Agency: kelurahan[0], Done: 1, OnTime: 1, Uncorrected: 1, IKM: new("91.00"), Respondents: 4},
			scorecard.ServiceResult{Agency: kelurahan[1], Done: 99, OnTime: 9, Uncorrected: 99, IKM: new("80.00"), Respondents: 20})
	})
	d := opened(t, e, "/layanan/kel-0")
	says(t, d, "1 dari 10 permohonan selesai tepat waktu", "Dari 100 permohonan yang selesai pada Triwulan III 2026 di 2 tempat.", "10% selesai tepat waktu", "80,0 dari 100, 20 jawaban",
		"Standar ini sama di 21 kelurahan", "Janjinya selesai dalam 1 hari kerja, biayanya gratis.", "jawaban sedikit", "1 dari 1", "belum diukur")
	if strings.Contains(mainText(d), "91,0") {
		t.Error("the satisfaction of four answers is shown")
	}
	first := opened(t, e, "/layanan")
	says(t, first, "permohonan selesai tepat waktu", "Surat Keterangan Domisili", "10%dari 100")
}

func TestAServiceThatNobodyMeasuredHasNoFigure(t *testing.T) {
	t.Parallel()
	e := planned(t, func(c *scorecard.Content) {
		c.Services[0].Standard = nil
		measured(c)
	})
	d := opened(t, e, "/layanan/kel-0")
	says(t, d, "Belum ada hasil ukur yang diterbitkan", "Lama dan biayanya belum dinyatakan.", "0 dari 6 bagian sudah dinyatakan.")
	if d.Find(".dots, .trend__plot, dl:empty").Length() > 0 {
		t.Error("something is drawn of nothing")
	}
}

func TestTheSpeedOfAServiceIsToldOverTime(t *testing.T) {
	t.Parallel()
	series := func(last int) *edition {
		return planned(t, func(c *scorecard.Content) {
			var results []scorecard.ServiceResult
			for i, info := range c.Periods {
				onTime := 500 + i%2*10
				if info.Period == c.Period {
					onTime = last
				}
				results = append(results, scorecard.ServiceResult{Agency: c.Services[0].Agencies[0], Period: info.Period, Done: 1000, OnTime: onTime, Uncorrected: 900})
			}
			measured(c, results...)
		})
	}
	says(t, opened(t, series(510), "/layanan/kel-0"), "Perubahan kecepatan masih wajar")
	d := opened(t, series(700), "/layanan/kel-0")
	says(t, d, "Kecepatan naik 19,0 poin: perubahan berarti", "Triwulan I 2025")
	if d.Find(".trend__plot .trend__line").Length() != 1 || d.Find(".trend__plot .bullet__whisker").Length() != 1 {
		t.Error("speed and target are not drawn")
	}
}

func TestAServiceIsAnEntryForSearchEnginesWithoutAScript(t *testing.T) {
	t.Parallel()
	e := planned(t, func(c *scorecard.Content) {
		c.Services[0].Standard.DurationValue, c.Services[0].Standard.DurationUnit = new("15"), new("menit")
	})
	e.Base = "https://rapor.example"
	d := opened(t, e, "/layanan/kel-0")
	entry := d.Find(`[itemtype="https://schema.org/GovernmentService"]`)
	for property, want := range map[string]string{"processingTime": "PT15M", "price": "0", "areaServed": "Kota Blitar"} {
		if got := entry.Find(`[itemprop="`+property+`"]`).AttrOr("content", ""); got != want {
			t.Errorf("%s = %q, want %q", property, got, want)
		}
	}
	if got := entry.Find(`[itemprop="url"]`).First().AttrOr("href", ""); got != "https://rapor.example/layanan/kel-0" {
		t.Errorf("url = %q", got)
	}
	if got := entry.Find(`[itemprop="name"]`).First().Text(); got != "Surat Keterangan Domisili" {
		t.Errorf("name = %q", got)
	}
	for value, want := range map[string]string{"15 menit": "PT15M", "2 jam": "PT2H", "3 hari": "P3D", "1 hari_kerja": "", "-1 hari": "", "x hari": ""} {
		number, unit, _ := strings.Cut(value, " ")
		if got := isoDuration(number, unit); got != want {
			t.Errorf("isoDuration(%s) = %q, want %q", value, got, want)
		}
	}
}

func TestComplaintsGoWhereTheProgramSays(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	d := opened(t, e, "/layanan/kel-0")
	channels := complaintChannels()
	if len(channels) == 0 {
		t.Fatal("there is no way to complain")
	}
	for _, c := range channels {
		if d.Find(`#h-adu`).Closest("section").Find(`a[href="`+c.Href+`"]`).Length() != 1 {
			t.Errorf("the page does not lead to %s", c.Name)
		}
	}
	if got := measuredShare(3, 4); got != "3 dari 4" {
		t.Errorf("3 of 4 is written %q", got)
	}
	if got := speedFinding(scorecard.Reality{Verdict: scorecard.ChangeUnknown, Change: new("1.00"), Since: scoring.Period{Year: 2026, Quarter: 2}}); got != "Belum cukup data untuk menilai perubahan kecepatan" {
		t.Errorf("too few points: %q", got)
	}
}
