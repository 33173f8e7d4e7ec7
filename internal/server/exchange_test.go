package server

import (
	"net/http"
	"strings"
	"testing"
)

func TestExchange_ASheetGoesOutAndComesBackOnlyWhenConfirmed(t *testing.T) {
	t.Parallel()
	s := newOpenSite(t)
	operator := s.as("operator.dispendukcapil")
	page := operator.get("/kerja/impor?periode=2026-TW4").want(http.StatusOK)
	page.wellFormed("impor")
	address, ok := page.page().Find("a[href^='/kerja/unduh/laporan/dispendukcapil/']").Attr("href")
	if !ok {
		t.Fatal("no sheet to download")
	}
	sheet := operator.get(address).want(http.StatusOK)
	if got := sheet.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=\"isi-capaian-dispendukcapil-") {
		t.Errorf("Content-Disposition %q", got)
	}
	period := strings.TrimSuffix(address[strings.LastIndex(address, "/")+1:], ".xlsx")
	upload := "/kerja/impor/dispendukcapil/" + period
	operator.get(upload).want(http.StatusOK).wellFormed("unggah")

	// Untouched, it changes nothing.
	same := operator.bring(upload, "isian.xlsx", []byte(sheet.Body)).want(http.StatusSeeOther)
	if got := operator.get(same.Header.Get("Location")).want(http.StatusOK).text("h1"); got != "Tidak ada yang berubah" {
		t.Errorf("an untouched sheet: %q", got)
	}

	csv := "Kode indikator;Realisasi;Pembilang;Penyebut\nADUAN-HARI;3,25;;\nDUK-KTP;;2.400,5;2621\nTEPAT-WAKTU;;banyak;90\nTIDAK-ADA;1;;\n"
	sent := operator.bring(upload, "isian.csv", []byte(csv)).want(http.StatusSeeOther)
	at := sent.Header.Get("Location")
	run := operator.get(at).want(http.StatusOK)
	run.wellFormed("hasil baca")
	for _, want := range []string{"2 baris siap disimpan", "koma sebagai desimal", "C4", "Pembilang harus angka.", "Tidak ada indikator ini di lembar Anda"} {
		if !strings.Contains(run.Body, want) {
			t.Errorf("the dry run does not say %q", want)
		}
	}
	if n := s.count(`SELECT count(*) FROM imports WHERE confirmed_at IS NOT NULL`); n != 0 {
		t.Errorf("%d files kept before anybody confirmed", n)
	}
	if a := operator.get(at + "/pesan.xlsx").want(http.StatusOK); !strings.HasPrefix(a.Body, "PK") {
		t.Error("the marked file is no workbook")
	}
	s.as("organisasi").get(at).want(http.StatusNotFound) // somebody else's
	mark := run.page().Find("input[name=sidik]").AttrOr("value", "")
	operator.post(at+"/simpan", "sidik", "lama").want(http.StatusConflict)
	for range 2 { // twice is once
		operator.post(at+"/simpan", "sidik", mark).want(http.StatusSeeOther)
	}
	done := operator.get(at).want(http.StatusOK)
	done.wellFormed("tersimpan")
	if !strings.Contains(done.Body, "2 baris tersimpan sebagai draf.") {
		t.Errorf("the result says %q", done.text("main"))
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'import laporan'`); n != 1 {
		t.Errorf("%d entries in the trail, want 1", n)
	}

	refused := operator.bring(upload, "isian.xlsx", []byte("%PDF-1.7")).want(http.StatusUnprocessableEntity)
	refused.wellFormed("ditolak")
	if got := refused.text("#berkas-galat"); !strings.Contains(got, "bukan lembar kerja") {
		t.Errorf("a PDF is refused with %q", got)
	}
}

func TestExchange_AFeedIsMappedAndTaken(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	v := s.as("organisasi")
	for _, path := range []string{"/kerja/impor", "/kerja/impor/sumber", "/kerja/impor/lampau"} {
		v.get(path).want(http.StatusOK).wellFormed(path)
	}
	v.bring("/kerja/impor/sumber", "a.csv", []byte("a;b\n1;2\n"), "isi", "nilai").want(http.StatusUnprocessableEntity)
	at := v.bring("/kerja/impor/sumber", "aduan.csv", []byte("Unit;Bulan;Selesai;Masuk\ndispendukcapil;2026-10;40;50\n"), "asal", "SP4N-LAPOR!", "isi", "nilai").want(http.StatusSeeOther).Header.Get("Location")
	v.get(at).want(http.StatusOK).wellFormed("peta kolom")
	v.post(at, "peta", "ya", "kolom agency_code", "Unit", "kolom indicator_code", "", "tetap indicator_code", "ADUAN-TEPAT", "kolom period", "Bulan",
		"kolom numerator", "Selesai", "kolom denominator", "Masuk", "angka", "").want(http.StatusSeeOther)
	run := v.get(at).want(http.StatusOK)
	run.wellFormed("umpan")
	v.post(at+"/simpan", "sidik", run.page().Find("input[name=sidik]").AttrOr("value", "")).want(http.StatusSeeOther)
	if n := s.count(`SELECT count(*) FROM feed_values WHERE source = 'SP4N-LAPOR!' AND numerator = 40 AND denominator = 50`); n != 1 {
		t.Errorf("%d figures taken, want 1", n)
	}
	if n := s.count(`SELECT count(*) FROM import_mappings WHERE source = 'SP4N-LAPOR!'`); n != 1 {
		t.Errorf("%d mappings saved, want 1", n)
	}
}
