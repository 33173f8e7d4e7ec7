package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkSaveQuarter saves all indicators of an agency for a quarter, each changed, as the
// server sees it: from the form to the redirect. It is to stay under 150 ms.
func BenchmarkSaveQuarter(b *testing.B) {
	s := newOpenSite(b)
	v := s.operatorOf("dispendukcapil", "ukur.simpan")
	const path = "/kerja/laporan/dispendukcapil/2026-TW4"
	form := formOf(b, v.get(path).want(http.StatusOK))
	changed, n := 0, 0
	for b.Loop() {
		n++
		changed = changeQuarter(form, n)
		saveQuarter(v, path, form)
		b.StopTimer()
		form = formOf(b, v.get(path))
		b.StartTimer()
	}
	if changed < 18 || s.count(`SELECT count(*) FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
		WHERE a.code = 'dispendukcapil' AND r.year = 2026 AND r.quarter = 4 AND r.version > 0`) < 18 {
		b.Errorf("%d fields changed: not a whole quarter", changed)
	}
}

// changeQuarter writes other figures into all rows, and counts them.
func changeQuarter(form url.Values, n int) (changed int) {
	for name := range form {
		switch {
		case strings.HasSuffix(name, ".penyebut"):
			form.Set(name, "1.000")
			changed++
		case strings.HasSuffix(name, ".pembilang"), strings.HasSuffix(name, ".realisasi"):
			form.Set(name, strconv.Itoa(10+n%80))
			changed++
		case strings.HasSuffix(name, ".kendala"):
			form.Set(name, "Uji ke-"+strconv.Itoa(n))
		}
	}
	return changed
}

func saveQuarter(v *visitor, path string, form url.Values) {
	v.send(path, form, "draf").want(http.StatusSeeOther)
}

// saveRow sends one row as the script does.
func saveRow(v *visitor, path string, n int) {
	form := url.Values{"DUK-KTP.versi": {strconv.Itoa(n - 1)}, "DUK-KTP.pembilang": {strconv.Itoa(n % 900)}, "DUK-KTP.penyebut": {"1000"}}
	v.send(path+"/simpan", form, "draf").want(http.StatusOK)
}

// BenchmarkShowWorksheet opens the worksheet of an agency.
func BenchmarkShowWorksheet(b *testing.B) {
	s := newOpenSite(b)
	v := s.operatorOf("dispendukcapil", "ukur.buka")
	for b.Loop() {
		v.get("/kerja/laporan/dispendukcapil/2026-TW4").want(http.StatusOK)
	}
}

// BenchmarkAutosaveRow saves one row, as the script does while somebody types.
func BenchmarkAutosaveRow(b *testing.B) {
	s := newOpenSite(b)
	v := s.operatorOf("dispendukcapil", "ukur.ketik")
	const path = "/kerja/laporan/dispendukcapil/2026-TW4"
	n := 0
	for b.Loop() {
		n++
		saveRow(v, path, n)
	}
}
