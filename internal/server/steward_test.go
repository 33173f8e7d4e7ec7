package server

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// formOf are the fields of the form that is sent to a path, as a browser would send them.
func (a *answered) formOf(action string) url.Values {
	a.t.Helper()
	form := a.page().Find("form.steward-form").FilterFunction(func(_ int, e *goquery.Selection) bool { return e.AttrOr("action", "") == action }).First()
	if form.Length() == 0 {
		a.t.Fatalf("no form for %s; the page says %q", action, a.text("main"))
	}
	values := url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, e *goquery.Selection) {
		name := e.AttrOr("name", "")
		switch {
		case goquery.NodeName(e) == "textarea":
			values.Set(name, strings.TrimPrefix(e.Text(), "\n"))
		case goquery.NodeName(e) == "select":
			values.Set(name, e.Find("option[selected]").AttrOr("value", e.Find("option").First().AttrOr("value", "")))
		case e.AttrOr("type", "") == "checkbox":
			if _, on := e.Attr("checked"); on {
				values.Set(name, "ya")
			}
		default:
			values.Set(name, e.AttrOr("value", ""))
		}
	})
	return values
}

// sendBook posts a file as the browser does.
func (v *visitor) sendBook(path, field, name string, content []byte) *answered {
	v.site.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		v.site.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		v.site.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		v.site.t.Fatal(err)
	}
	v.header.Set("Content-Type", w.FormDataContentType())
	defer v.header.Del("Content-Type")
	return v.do(http.MethodPost, path, &body)
}

func TestTheRoadmapIsKeptInPages(t *testing.T) {
	t.Parallel()
	whole := newDemoSite(t)
	const tuwaga = "/kerja/peta-jalan/target/dispendukcapil/2026"

	t.Run("AnAmendedTargetShowsBothScoresAndIsScored", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		a := v.get(tuwaga).want(http.StatusOK)
		a.wellFormed(tuwaga)
		form := a.formOf(tuwaga)
		form.Set("target.TEPAT-WAKTU", "50,5")
		if a := v.send(tuwaga, form, "pratinjau").want(http.StatusUnprocessableEntity); !strings.Contains(a.text(".problems"), "Isi alasan perubahan") {
			t.Errorf("without a reason the page says %q", a.text(".problems"))
		}
		form.Set("alasan", "Jaringan kantor putus tiga bulan")
		form.Set("dasar", "Keputusan Wali Kota 188/2026")
		a = v.send(tuwaga, form, "pratinjau").want(http.StatusOK)
		a.wellFormed("preview")
		if text := a.text("#pratinjau"); !strings.Contains(text, "terhadap target semula") || a.page().Find("#pratinjau tbody tr").Length() != 1 {
			t.Errorf("the preview says %q", text)
		}
		if n := s.count(`SELECT count(*) FROM targets WHERE reason LIKE 'Jaringan%'`); n != 0 {
			t.Fatal("the preview was saved")
		}
		v.send(tuwaga, form, "simpan").want(http.StatusSeeOther)
		a = v.get(tuwaga + "?sudah=simpan").want(http.StatusOK)
		if text := a.text("#berlaku"); !strings.Contains(text, "50,5") || !strings.Contains(text, "Jaringan kantor putus") {
			t.Errorf("the page says %q", text)
		}
		v.send(tuwaga, form, "simpan").want(http.StatusConflict).wellFormed("conflict")
		if n := s.count(`SELECT count(*) FROM notices WHERE key LIKE 'amend dispendukcapil%'`); n == 0 {
			t.Error("nobody in the agency was told")
		}
		s.mustVerify(november.Add(time.Hour))
		if n := s.count(`
			SELECT count(*) FROM run_achievements((SELECT max(id) FROM runs)) a JOIN target_series ts ON ts.id = a.series_id
			JOIN agencies g ON g.id = ts.agency_id JOIN indicators i ON i.id = ts.indicator_id
			JOIN targets t ON t.id = a.target_id
			WHERE g.code = 'dispendukcapil' AND i.code = 'TEPAT-WAKTU' AND a.year = 2026 AND a.quarter = 3 AND t.value = 50.5`); n != 1 {
			t.Errorf("%d achievements against the amended target, want 1", n)
		}
	})

	t.Run("AWorkbookBecomesADraftAndAVersion", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		book := v.get("/kerja/peta-jalan/unduh").want(http.StatusOK)
		a := v.sendBook("/kerja/peta-jalan/unggah", "berkas", "peta.xlsx", []byte(book.Body)).want(http.StatusSeeOther)
		path, _, _ := strings.Cut(a.Header.Get("Location"), "?")
		v.get(path).want(http.StatusOK).wellFormed(path)
		v.sendBook("/kerja/peta-jalan/unggah", "berkas", "foto.xlsx", []byte("bukan buku kerja")).want(http.StatusUnprocessableEntity).wellFormed("no workbook")

		edit := path + "/goals/ubah?kunci=T1"
		a = v.get(edit).want(http.StatusOK)
		a.wellFormed(edit)
		form := a.formOf(edit)
		form.Set("name", "")
		a = v.send(edit, form, "simpan").want(http.StatusUnprocessableEntity)
		if !strings.Contains(a.text(".problems"), "Name kosong") {
			t.Errorf("an empty name: %q", a.text(".problems"))
		}
		form.Set("name", "Layanan yang mudah dan pasti")
		v.send(edit, form, "simpan").want(http.StatusSeeOther)
		v.send(edit, form, "simpan").want(http.StatusConflict)

		a = v.get(path + "/version/ubah").want(http.StatusOK)
		form = a.formOf(path + "/version/ubah?kunci=versi")
		form.Set("first_year", "2027")
		v.send(path+"/version/ubah?kunci=versi", form, "simpan").want(http.StatusSeeOther)

		for _, table := range []string{"version", "goals", "objectives", "indicators", "targets", "services"} {
			v.get(path + "/" + table).want(http.StatusOK).wellFormed(table)
		}
		v.get(path + "/indicators/ubah").want(http.StatusOK).wellFormed("new indicator")
		v.get(path + "/services/ubah?kunci=kel-domisili").want(http.StatusOK).wellFormed("service")
		a = v.get(path).want(http.StatusOK)
		if !strings.Contains(a.text("#beda"), "1 tujuan berubah") {
			t.Errorf("the difference reads %q", a.text("#beda"))
		}
		form = a.formOf(path)
		form.Set("alasan", "penyesuaian")
		v.send(path, form, "berlakukan").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM roadmap_versions WHERE number = 2 AND first_year = 2027`); n != 1 {
			t.Errorf("%d versions, want 1", n)
		}
		s.mustVerify(november.Add(2 * time.Hour))
	})

	t.Run("TheOtherPartsAreKeptInTheirPages", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		const root = "/kerja/peta-jalan"
		for _, path := range []string{root, root + "/target?instansi=dlh&diubah=ya", root + "/versi", root + "/layanan", root + "/layanan/tambah", root + "/layanan/ubah/kel-domisili", root + "/aturan",
			root + "/aturan/skala", root + "/aturan/skala?kode=permendagri86", root + "/libur", root + "/pemeriksaan", root + "/pemeriksaan/IKM", root + "/klausul", root + "/klausul/ubah", root + "/instansi",
			root + "/instansi/dlh", root + "/serah-terima", root + "/serah-terima/operator.dispendukcapil"} {
			a := v.get(path)
			if a.Status == http.StatusNotFound && strings.Contains(path, "?kode=") {
				continue
			}
			a.want(http.StatusOK).wellFormed(path)
		}
		v.post(root + "/klausul").want(http.StatusSeeOther)
		a := v.get(root + "/klausul").want(http.StatusOK)
		if !strings.Contains(a.text("#belum"), "SIPPN") || !strings.Contains(a.text("#tanpa"), "Semua indikator punya klausul") {
			t.Errorf("clauses without an answer: %q; without a clause: %q", a.text("#belum"), a.text("#tanpa"))
		}
		v.post(root+"/klausul/ubah", "peraturan", "Perwali 1/2027", "letak", "Pasal 3", "ringkas", "Uji", "kaitan", "indikator NGAWUR").want(http.StatusUnprocessableEntity)
		v.post(root+"/klausul/ubah", "peraturan", "Perwali 1/2027", "letak", "Pasal 3", "ringkas", "Uji", "kaitan", "indikator IKM\nstandar kel-domisili").want(http.StatusSeeOther)

		domisili := root + "/layanan/ubah/kel-domisili"
		form := v.get(domisili).want(http.StatusOK).formOf(domisili)
		form.Set("decree_number", "SK 1/2026")
		form.Set("duration_value", "0")
		if a := v.send(domisili, form, "").want(http.StatusUnprocessableEntity); !strings.Contains(a.text(".problems"), "angka waktu") {
			t.Errorf("a duration of 0: %q", a.text(".problems"))
		}
		form.Set("duration_value", "12,5")
		form.Set("reviewed_on", "2026-11-01")
		v.send(domisili, form, "").want(http.StatusSeeOther)
		v.send(domisili, form, "").want(http.StatusConflict)
		if text := v.get(domisili).want(http.StatusOK).text("main"); !strings.Contains(text, "Terkini") || !strings.Contains(text, "SK 1/2026") {
			t.Errorf("the standard reads %q", text)
		}

		v.post(root+"/libur", "aksi", "simpan", "tanggal", "2027-01-05", "nama", "Uji", "sumber", "SKB").want(http.StatusSeeOther)
		v.post(root+"/libur", "aksi", "simpan", "tanggal", "besok", "nama", "", "sumber", "").want(http.StatusUnprocessableEntity).wellFormed("libur")
		v.post(root+"/libur", "aksi", "hapus", "tanggal", "2027-01-05").want(http.StatusSeeOther)
		form = v.get(root + "/pemeriksaan").want(http.StatusOK).formOf(root + "/pemeriksaan")
		form.Set("batas.jump", "30")
		v.send(root+"/pemeriksaan", form, "").want(http.StatusSeeOther)
		form.Set("batas.jump", "banyak")
		v.send(root+"/pemeriksaan", form, "").want(http.StatusUnprocessableEntity).wellFormed("pemeriksaan")
		v.post(root+"/pemeriksaan/IKM", "bawah", "25", "atas", "100", "jenis.berkas", "ya").want(http.StatusSeeOther)
		v.post(root+"/pemeriksaan/IKM", "bawah", "100", "atas", "25", "jenis.berkas", "ya").want(http.StatusUnprocessableEntity)

		form = v.get(root + "/aturan").want(http.StatusOK).formOf(root + "/aturan")
		form.Set("valid_from", "2026-01-01")
		form.Set("basis", "uji")
		if a := v.send(root+"/aturan", form, "").want(http.StatusUnprocessableEntity); !strings.Contains(a.text(".problems"), "Tidak berlaku surut") {
			t.Errorf("rules that hold backwards: %q", a.text(".problems"))
		}
		form.Set("valid_from", "2027-01-01")
		form.Set("cap", "120")
		v.send(root+"/aturan", form, "").want(http.StatusSeeOther)
		v.post(root+"/aturan/skala", "code", "uji-skala", "name", "Uji", "basis", "uji", "status", "uji", "valid_from", "2027-01-01", "steps", "R | Rendah | 3\nT | Tinggi | 2").want(http.StatusUnprocessableEntity)
		v.post(root+"/aturan/skala", "code", "uji-skala", "name", "Uji", "basis", "uji", "status", "uji", "valid_from", "2027-01-01", "steps", "R | Rendah\nS | Sedang | 50,5\nT | Tinggi | > 80").want(http.StatusSeeOther)

		pack := v.get(root + "/serah-terima/operator.dispendukcapil?bentuk=xlsx").want(http.StatusOK)
		if !strings.HasPrefix(pack.Body, "PK") {
			t.Error("the pack is no workbook")
		}
		s.as("operator.dispendukcapil").get(root + "/serah-terima/organisasi").want(http.StatusNotFound)
	})

	t.Run("AMergedAgencyKeepsItsHistoryAndHandsItsTargetsOn", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		const dpk = "/kerja/peta-jalan/instansi/dlh"
		v.post(dpk, "aksi", "nama", "nama", "Dinas Lingkungan", "singkat", "DL", "mulai_nama", "2026-11-01", "dasar_nama", "Perwali 3/2026").want(http.StatusSeeOther)
		if text := v.get(dpk).want(http.StatusOK).text("main"); !strings.Contains(text, "nama sampai 31 Oktober 2026") {
			t.Errorf("the old name is not kept: %q", text)
		}
		v.post(dpk, "aksi", "tata", "jenis", "gabung", "mulai", "2027-02-01", "dasar", "Perda 1", "ke", "dishub").want(http.StatusUnprocessableEntity).wellFormed(dpk)
		v.post(dpk, "aksi", "tata", "jenis", "gabung", "mulai", "2027-04-01", "dasar", "Perda 1/2027", "ke", "dishub").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM targets t JOIN target_series s ON s.id = t.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
			WHERE a.code = 'dishub' AND i.code = 'DLH-ANGKUT' AND t.year >= 2027`); n != 3 {
			t.Errorf("the successor has %d targets of DLH-ANGKUT, want 3 years", n)
		}
		if n := s.count(`SELECT count(*) FROM (SELECT s.agency_id, t.year FROM (SELECT DISTINCT ON (series_id, year) * FROM targets ORDER BY series_id, year, revision DESC) t
			JOIN target_series s ON s.id = t.series_id GROUP BY 1, 2 HAVING sum(t.weight) <> 100) u`); n != 0 {
			t.Errorf("%d agencies and years do not weigh 100", n)
		}
		v.get(dpk).want(http.StatusOK).wellFormed(dpk)
		v.get("/instansi/dlh").want(http.StatusOK)
		s.mustVerify(november.Add(3 * time.Hour))
		// A draft that is made now knows who followed whom.
		v = s.as("organisasi")
		a := v.post("/kerja/peta-jalan/versi", "tahun", "2028").want(http.StatusSeeOther)
		path, _, _ := strings.Cut(a.Header.Get("Location"), "?")
		if a := v.get(path).want(http.StatusOK); a.page().Find("#periksa").Length() > 0 {
			t.Errorf("the new draft is refused: %q", a.text("#periksa"))
		}
	})

	t.Run("OthersReadAndDoNotChange", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("operator.dispendukcapil")
		for _, path := range []string{"/kerja/peta-jalan", "/kerja/peta-jalan/target", "/kerja/peta-jalan/target/dispendukcapil/2026", "/kerja/peta-jalan/versi"} {
			a := v.get(path).want(http.StatusOK)
			a.wellFormed(path)
			if a.page().Find("main form[method=post]").Length() > 0 {
				t.Errorf("%s offers a form to an operator", path)
			}
		}
		v.post("/kerja/peta-jalan/target/dispendukcapil/2026", "aksi", "simpan").want(http.StatusForbidden)
		v.post("/kerja/peta-jalan/versi", "tahun", "2027").want(http.StatusForbidden)
	})
}

// mustVerify publishes at a moment and recomputes what is published, as petajalan verify does. What
// is done next is done after it.
func (s *testSite) mustVerify(at time.Time) {
	s.t.Helper()
	_, err := scorecard.Publish(s.t.Context(), s.Owner, scorecard.PublishOptions{
		Period: scoring.Period{Year: 2026, Quarter: 3}, AsOf: at, PublishedAt: at, Zone: wib, Reason: "Uji",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := scorecard.Verify(s.t.Context(), s.Owner, 0, wib, func(scorecard.Verified) {}); err != nil {
		s.t.Errorf("verify: %v", err)
	}
	s.at(at.Add(time.Minute))
}
