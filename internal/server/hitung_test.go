package server

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// proven gives the dlh's TEPAT-WAKTU of the newest period its counts, a provenance and a
// piece of evidence.
func proven(c *scorecard.Content) {
	for i := range c.Achievements {
		a := &c.Achievements[i]
		if a.Agency != "dlh" || a.Indicator != "TEPAT-WAKTU" || a.Period != c.Period {
			continue
		}
		at := time.Date(2026, 10, 8, 6, 6, 0, 0, time.UTC)
		a.Numerator, a.Denominator, a.Evidence = new("991"), new("1051"), new(scoring.EvidenceChecked)
		a.Provenance = &scorecard.Provenance{Revision: 1, Note: "Berkas lengkap", Corrections: 1,
			Reported: &scorecard.Step{Role: "operator", Office: "DLH", At: at}, Approved: &scorecard.Step{Role: "kepala", Office: "DLH", At: at.Add(time.Hour)},
			Verified: &scorecard.Step{Role: "organisasi", Office: "Bagian Organisasi", At: at.Add(96 * time.Hour)},
			Evidence: []scorecard.EvidenceLabel{{Kind: "berkas", Date: at, SHA256: strings.Repeat("ab12", 16)}}}
	}
	for i := range c.Targets {
		if c.Targets[i].Agency == "dlh" {
			c.Targets[i].Clause = "Lampiran II, baris 7"
		}
	}
	c.Roadmap.RegulationNumber = "Perwali 9 Tahun 2026"
}

func TestAFigureIsFollowedLinkByLinkToItsClause(t *testing.T) {
	t.Parallel()
	d := opened(t, planned(t, proven), "/hitung/TEPAT-WAKTU/dlh/2026-TW3")
	ids := d.Find("#h-rantai").Closest("section").Find(".steps > li").Map(func(_ int, li *goquery.Selection) string { return li.AttrOr("id", "") })
	if got, want := strings.Join(ids, " "), "nilai rumus lapor siapa bukti target dasar"; got != want {
		t.Errorf("the chain is %s, want %s", got, want)
	}
	part := func(id string, wanted ...string) {
		t.Helper()
		text := strings.Join(strings.Fields(d.Find("#"+id).Text()), " ")
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf("#%s does not say %q: %s", id, want, text)
			}
		}
	}
	part("nilai", "dari 100", "Bobotnya 12,5 dari 100")
	part("rumus", "realisasi ÷ target × 100", "÷ 90 × 100 = ")
	part("lapor", "permohonan selesai tepat waktu dari 1.000 permohonan selesai", "Triwulan III 2026 saja: 991 dari 1.051.")
	part("siapa", "Dilaporkan Operator, DLH, 8 Oktober 2026 pukul 13.06 WIB", "Disetujui Kepala unit, DLH, 8 Oktober 2026", "Diverifikasi Verifikator, Bagian Organisasi, 12 Oktober 2026", "1 kali dibetulkan", "Penjelasan unit: Berkas lengkap.")
	part("bukti", "Bukti: dokumen diperiksa", "Berkas 8 Oktober 2026, sidik jari ab12ab12ab12…", strings.Repeat("ab12", 16))
	part("target", "Target 2026", "90%", "Belum pernah diubah.")
	part("dasar", "Lampiran II, baris 7. Perwali 9 Tahun 2026.")
}

func TestEvidenceIsThreeTapsFromTheFrontPage(t *testing.T) {
	t.Parallel()
	c := newCrawler(t, planned(t, nil))
	front, err := c.open("/")
	if err != nil {
		t.Fatal(err)
	}
	kelurahan, ok := front.Find(`main a[href="/kelurahan/bendogerit"]`).First().Attr("href")
	if !ok {
		t.Fatal("the front page does not lead to a kelurahan")
	}
	place, err := c.open(kelurahan)
	if err != nil {
		t.Fatal(err)
	}
	figure, ok := place.Find(`main a[href^="/hitung/"]`).First().Attr("href")
	if !ok {
		t.Fatal("no number of the kelurahan leads on")
	}
	page, err := c.open(figure)
	if err != nil {
		t.Fatal(err)
	}
	assertOrder(t, rendering(t, page), []string{"h1", `nav a[href="#bukti"]`, ".headline", "#bukti"})
}

// rendering is a page as text again.
func rendering(t *testing.T, d *goquery.Document) string {
	t.Helper()
	text, err := goquery.OuterHtml(d.Selection)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSameFigureIsToldOfThePublicationBefore(t *testing.T) {
	t.Parallel()
	now := planned(t, proven)
	now.Others = []editionInfo{{Number: 7, Period: now.Content.Period}, {Number: 8, Period: now.Content.Period}}
	before := func(change func(a *scorecard.Achievement)) *goquery.Document {
		old := planned(t, func(c *scorecard.Content) {
			proven(c)
			c.Number = 7
			for i := range c.Achievements {
				if a := &c.Achievements[i]; a.Agency == "dlh" && a.Indicator == "TEPAT-WAKTU" && a.Period == c.Period {
					change(a)
				}
			}
		})
		e := *now
		e.other = func(int) (*edition, error) { return old, nil }
		return opened(t, &e, "/hitung/TEPAT-WAKTU/dlh/2026-TW3")
	}
	same := before(func(*scorecard.Achievement) {})
	says(t, same, "Angkanya sama dengan di sini. Lihat di terbitan 7")
	if same.Find(`a[href="/hitung/TEPAT-WAKTU/dlh/2026-TW3?terbitan=7"]`).Length() == 0 {
		t.Error("no link leads to the publication before")
	}
	says(t, before(func(a *scorecard.Achievement) {
		a.State, a.Actual, a.Raw, a.Scored, a.Target, a.FirstTarget = scoring.Late, nil, nil, nil, new("80"), new("80")
		a.Provenance = nil
	}), "Nilainya semula terlambat lapor, kini ", "Targetnya semula 80%, kini 90%.", "Laporannya dibetulkan di antara kedua terbitan.")

	older := planned(t, func(c *scorecard.Content) {
		c.Number, c.Period = 7, c.Period.Previous()
	})
	e := *now
	e.other = func(int) (*edition, error) { return older, nil }
	d := opened(t, &e, "/hitung/TEPAT-WAKTU/dlh/2026-TW3")
	says(t, d, "Terbitan 7 belum memuat Triwulan III 2026.")
	if strings.Contains(mainText(d), "Lihat di terbitan") {
		t.Error("a link leads to a figure that is not there")
	}
}

func TestAMissingFigureHasAChainToo(t *testing.T) {
	t.Parallel()
	e := planned(t, nil)
	d := opened(t, e, "/hitung/TEPAT-WAKTU/"+e.AgencyBySlug("klampok").Code+"/2026-TW3")
	says(t, d, "Nilai: belum ada", "Belum dapat dihitung, karena angkanya belum ada.", "Belum ada angka yang diverifikasi untuk Triwulan III 2026.", "Belum ada laporan yang masuk untuk Triwulan III 2026.", "Belum ada laporan, jadi belum ada bukti.")
}
