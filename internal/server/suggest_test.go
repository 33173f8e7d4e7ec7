package server

import (
	"strings"
	"testing"
)

func TestDistanceCountsMistakesOfTyping(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b  string
		limit int
		want  int
	}{
		{"bendogerit", "bendogerit", 0, 0}, {"bendogrit", "bendogerit", 3, 1}, {"ktpp", "ktp", 1, 1}, {"ktp", "kpt", 1, 1},
		{"sentul", "sukorejo", 3, -1}, {"", "abc", 3, 3}, {"abc", "", 2, -1}, {"naïf", "naif", 1, 1}, {"a", "a", -1, -1},
	} {
		if got := distance(tt.a, tt.b, tt.limit); got != tt.want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d", tt.a, tt.b, tt.limit, got, tt.want)
		}
		if got := distance(tt.b, tt.a, tt.limit); got != tt.want {
			t.Errorf("distance(%q, %q, %d) = %d, want %d as the other way round", tt.b, tt.a, tt.limit, got, tt.want)
		}
	}
}

func TestTheNearestNamesAreSuggested(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	for path, want := range map[string]string{
		"/kelurahan/bendogrit":          "/kelurahan/bendogerit",
		"/kelurahan/bendog":             "/kelurahan/bendogerit",
		"/bendogerti":                   "/kelurahan/bendogerit",
		"/kelurhan":                     "/kelurahan",
		"/indikator/TEPAT-WKTU":         "/indikator/TEPAT-WAKTU",
		"/tujuan/transparan-dan":        "/tujuan/T2",
		"/layanan/surat-ketrangan-usha": "/layanan/kel-3",
		"/x/y/z/metod":                  "/metode",
		"/kelurahan/qqqqqq":             "",
		"/":                             "",
		"/kelurahan/\xff\xfe":           "",
	} {
		got := ""
		if near := suggestFor(e, path); len(near) > 0 {
			got = near[0].Href
		}
		if got != want {
			t.Errorf("%s: %q is suggested, want %q", path, got, want)
		}
	}
	if near := nearest(e, searchable(e), "surat domisilli"); len(near) != 1 || near[0].Href != "/cari?q=surat+domisili" {
		t.Errorf("a word that is misspelt: %v", near)
	}
	if near := nearest(e, searchable(e), strings.Repeat("bendogerit", 10_000)); near != nil {
		t.Errorf("a very long word: %v", near)
	}
	past := *e
	past.Latest = false
	if near := suggestFor(&past, "/kelurahan/bendogrit"); len(near) == 0 || near[0].Href != "/kelurahan/bendogerit?terbitan=8" {
		t.Errorf("a past publication: %v", near)
	}
}

func TestOldAddressesAreRepaired(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	code := e.AgencyBySlug("bendogerit").Code
	for path, want := range map[string]string{
		"/kelurahan/Bendogerit":                     "/kelurahan/bendogerit",
		"/Kelurahan/BENDOGERIT/":                    "/kelurahan/bendogerit",
		"/kelurahan/" + code:                        "/kelurahan/bendogerit",
		"/kelurahan/kelurahan-bendogerit":           "/kelurahan/bendogerit",
		"/instansi/Bendogerit":                      "/kelurahan/bendogerit",
		"/instansi/DLH":                             "/instansi/dlh",
		"/indikator/tepat-waktu":                    "/indikator/TEPAT-WAKTU",
		"/METODE":                                   "/metode",
		"/tujuan/t1":                                "/tujuan/T1",
		"/hitung/tepat-waktu/bendogerit/2026-tw3":   "/hitung/TEPAT-WAKTU/" + code + "/2026-TW3",
		"/hitung/tepat-waktu/entah/2026-tw3":        "",
		"/kelurahan/bendogerit":                     "",
		"/kelurahan/entah":                          "",
		"/kelurahan/" + strings.Repeat("a", 10_000): "",
		"/":                 "",
		"//evil.example/":   "",
		"/kelurahan/%2e%2e": "",
	} {
		got := repair(e, path)
		if got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
		if got != "" && repair(e, got) != "" {
			t.Errorf("%s leads on to %q", got, repair(e, got))
		}
	}
}
