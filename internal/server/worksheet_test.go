package server

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/roadmap"
)

// january is while 2026-TW4 takes reports, in which everything is due.
var january = time.Date(2027, 1, 6, 9, 0, 0, 0, wib)

// newOpenSite is the invented city with a period that takes reports.
func newOpenSite(t testing.TB) *testSite {
	t.Helper()
	s := newDemoSite(t)
	s.at(january)
	if _, err := roadmap.KeepPeriods(t.Context(), s.Owner, wib, january); err != nil {
		t.Fatal(err)
	}
	return s
}

// operatorOf is a new operator of an agency, signed in.
func (s *testSite) operatorOf(agency, login string) *visitor {
	s.t.Helper()
	s.add(login, accountOf("operator", agency))
	return s.as(login)
}

// formOf are the fields of the first form in main that posts, as a browser would send them.
func formOf(t testing.TB, a *answered) url.Values {
	t.Helper()
	values := url.Values{}
	a.page().Find("main form[method=post]").First().Find("[name]").Each(func(_ int, e *goquery.Selection) {
		name, kind := e.AttrOr("name", ""), e.AttrOr("type", "")
		switch {
		case goquery.NodeName(e) == "button", kind == "file":
			return
		case goquery.NodeName(e) == "textarea":
			values.Add(name, strings.TrimPrefix(e.Text(), "\n"))
			return
		case goquery.NodeName(e) == "select":
			values.Add(name, e.Find("option[selected]").AttrOr("value", ""))
			return
		case kind == "checkbox" || kind == "radio":
			if _, on := e.Attr("checked"); !on {
				return
			}
		}
		values.Add(name, e.AttrOr("value", ""))
	})
	return values
}

// send posts the fields with the button that was pressed.
func (v *visitor) send(path string, form url.Values, action string) *answered {
	v.site.t.Helper()
	all := url.Values{"aksi": {action}}
	for name, values := range form {
		if name != "aksi" || action == "" {
			all[name] = values
		}
	}
	return v.do(http.MethodPost, path, strings.NewReader(all.Encode()))
}

// input is the value of an input, with its id.
func (a *answered) input(id string) string {
	a.t.Helper()
	e := a.page().Find(`[id="` + id + `"]`)
	if e.Length() != 1 {
		a.t.Fatalf("%d inputs %q, want 1; the page says %q", e.Length(), id, a.text("main"))
	}
	if goquery.NodeName(e) == "textarea" {
		return strings.TrimPrefix(e.Text(), "\n")
	}
	return e.AttrOr("value", "")
}

func TestWorksheet(t *testing.T) {
	t.Parallel()
	whole := newOpenSite(t)
	const dukcapil = "/kerja/laporan/dispendukcapil/2026-TW4"

	t.Run("AsksForEverythingDueAndMarksWhatIsOffered", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		a := s.operatorOf("dispendukcapil", "isi.satu").get(dukcapil).want(http.StatusOK)
		a.wellFormed(dukcapil)
		rows := a.page().Find("fieldset[data-row]").Length()
		due := s.count(`SELECT count(*) FROM target_series s JOIN agencies a ON a.id = s.agency_id
			JOIN targets t ON t.series_id = s.id AND t.year = 2026 AND t.revision = (SELECT max(revision) FROM targets x WHERE x.series_id = s.id AND x.year = 2026)
			WHERE a.code = 'dispendukcapil' AND coalesce(t.value, t.low) IS NOT NULL`)
		if rows != due || due == 0 {
			t.Errorf("%d indicators, want %d", rows, due)
		}
		marked := a.page().Find(".source-mark").Length()
		if marked == 0 || !strings.Contains(a.text("#terisi"), formatCount(marked)+" di antaranya terisi otomatis") {
			t.Errorf("%d marked as offered, the lead says %q", marked, a.text("#terisi"))
		}
		if 2*marked < rows {
			t.Errorf("%d of %d are prefilled, want at least half", marked, rows)
		}
		if got := a.text("#DUK-KTP legend"); !strings.Contains(got, "Indikator ") || !strings.Contains(got, " dari "+formatCount(rows)) {
			t.Errorf("legend %q", got)
		}
	})

	t.Run("KeepsIndonesianNumbersAndShowsThemAgain", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dpmptsp", "isi.dua")
		path := "/kerja/laporan/dpmptsp/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		form, code := formOf(t, a), firstFraction(t, a)
		form.Set(code+".pembilang", "1.234")
		form.Set(code+".penyebut", "1.308,5")
		to := v.send(path, form, "draf").want(http.StatusSeeOther).Header.Get("Location")
		a = v.get(to).want(http.StatusOK)
		a.wellFormed(to)
		if n, d := a.input(code+".pembilang"), a.input(code+".penyebut"); n != "1.234" || d != "1.308,5" {
			t.Errorf("shown again: %q of %q", n, d)
		}
		if got := a.text("#" + code + "-hasil"); !strings.Contains(got, "Hasil 94,3%.") {
			t.Errorf("result %q", got)
		}
		if !strings.Contains(a.text(".notice"), "Draf tersimpan") || a.page().Find("#"+code+" .source-mark").Length() != 0 {
			t.Error("it is not said that the draft is kept, or the row still counts as offered")
		}
		// What was only offered is not kept as if it had been typed.
		if n := s.count(`SELECT count(*) FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
			WHERE a.code = 'dpmptsp' AND r.year = 2026 AND r.quarter = 4`); n != 1 {
			t.Errorf("%d rows kept, want 1", n)
		}
	})

	t.Run("KeepsWhatIsNoNumberAndSaysSoAtTheField", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dishub", "isi.tiga")
		path := "/kerja/laporan/dishub/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		form, code := formOf(t, a), firstFraction(t, a)
		id := code + ".pembilang"
		form.Set(id, "delapan puluh")
		form.Set(code+".tenggat", "kapan-kapan")
		for _, action := range []string{"draf", "pratinjau", "kirim"} {
			a = v.send(path, form, action).want(http.StatusUnprocessableEntity)
			a.wellFormed(action)
			if got := a.input(id); got != "delapan puluh" {
				t.Errorf("%s: shown again: %q", action, got)
			}
			e := a.page().Find(`[id="` + id + `"]`)
			if e.AttrOr("aria-invalid", "") != "true" || !strings.Contains(e.AttrOr("aria-describedby", ""), id+"-galat") {
				t.Errorf("%s: the field is not marked", action)
			}
			if n := a.page().Find(`.problems a[href="#` + id + `"]`).Length(); n != 1 {
				t.Errorf("%s: %d links to the field in the summary", action, n)
			}
			if got := a.input(code + ".tenggat"); got != "kapan-kapan" {
				t.Errorf("%s: due date %q", action, got)
			}
		}
		if got := v.get(path).input(id); got != "delapan puluh" {
			t.Errorf("after a closed tab: %q", got)
		}
	})

	t.Run("PreviewChangesNothing", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dinkes", "isi.empat")
		path := "/kerja/laporan/dinkes/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		form, code := formOf(t, a), firstFraction(t, a)
		form.Set(code+".pembilang", "77")
		form.Set(code+".penyebut", "100")
		a = v.send(path, form, "pratinjau").want(http.StatusOK)
		a.wellFormed("preview")
		if got := a.text("#" + code + "-hasil"); !strings.Contains(got, "Hasil 77%") || !strings.Contains(got, "Capaian") {
			t.Errorf("result %q", got)
		}
		if n := s.count(`SELECT count(*) FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
			WHERE a.code = 'dinkes' AND r.year = 2026 AND r.quarter = 4`); n != 0 {
			t.Errorf("%d rows kept", n)
		}
		// The fingerprint is that of what was shown first, so that saving later keeps the row.
		v.send(path, formOf(t, a), "draf").want(http.StatusSeeOther)
		if got := v.get(path).input(code + ".pembilang"); got != "77" {
			t.Errorf("saved after the preview: %q", got)
		}
	})

	t.Run("TwoEditorsSeeBothTextsAndChoose", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		first, second := s.operatorOf("dinsos", "isi.lima"), s.operatorOf("dinsos", "isi.enam")
		path := "/kerja/laporan/dinsos/2026-TW4"
		a := first.get(path).want(http.StatusOK)
		mine, code := formOf(t, a), firstFraction(t, a)
		theirs := formOf(t, second.get(path))
		theirs.Set(code+".pembilang", "41")
		theirs.Set(code+".penyebut", "50")
		second.send(path, theirs, "draf").want(http.StatusSeeOther)
		mine.Set(code+".pembilang", "42")
		mine.Set(code+".penyebut", "50")
		a = first.send(path, mine, "draf").want(http.StatusConflict)
		a.wellFormed("conflict")
		sides := a.text("#" + code + " .sides")
		for _, want := range []string{"Petugas isi.enam", "41", "42"} {
			if !strings.Contains(sides, want) {
				t.Errorf("the two sides %q have no %q", sides, want)
			}
		}
		// Without a choice nothing is decided, and nothing is lost.
		again := first.send(path, formOf(t, a), "draf").want(http.StatusConflict)
		if got := again.input(code + ".pembilang"); got != "42" {
			t.Errorf("my text is %q", got)
		}
		form := formOf(t, again)
		form.Set(code+".pilih", "saya")
		first.send(path, form, "draf").want(http.StatusSeeOther)
		if got := second.get(path).input(code + ".pembilang"); got != "42" {
			t.Errorf("after choosing mine: %q", got)
		}
		// The same text twice is no conflict: a form that was sent twice.
		first.send(path, form, "draf").want(http.StatusSeeOther)
	})

	t.Run("SendsWhatIsCompleteOnceAndAsksBefore", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dlh", "isi.tujuh")
		path := "/kerja/laporan/dlh/2026-TW4"
		form := formOf(t, v.get(path).want(http.StatusOK))
		a := v.send(path, form, "kirim")
		if a.Status == http.StatusUnprocessableEntity {
			a.wellFormed("incomplete")
			if a.page().Find("button[value=kirim-lengkap]").Length() != 1 {
				t.Fatalf("no way on with the complete ones: %q", a.text(".problems"))
			}
			a = v.send(path, formOf(t, a), "kirim-lengkap")
		}
		a.want(http.StatusOK).wellFormed("confirmation")
		chosen := a.page().Find("input[name=kirim][checked]").Length()
		if chosen == 0 {
			t.Fatal("nothing to send")
		}
		if n := s.count(`SELECT count(*) FROM report_events e JOIN reports r ON r.id = e.report_id JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
			WHERE a.code = 'dlh' AND r.year = 2026 AND r.quarter = 4 AND e.kind = 'submitted'`); n != 0 {
			t.Errorf("%d handed in before it was confirmed", n)
		}
		confirm := formOf(t, a)
		to := v.send(path, confirm, "").want(http.StatusSeeOther).Header.Get("Location")
		v.send(path, confirm, "").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM report_events e JOIN reports r ON r.id = e.report_id JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
			WHERE a.code = 'dlh' AND r.year = 2026 AND r.quarter = 4 AND e.kind = 'submitted'`); n != chosen {
			t.Errorf("%d handed in, want %d once", n, chosen)
		}
		a = v.get(to).want(http.StatusOK)
		a.wellFormed(to)
		if !strings.Contains(a.text(".notice"), "terkirim") || a.page().Find("button[value^='tarik:']").Length() != chosen {
			t.Errorf("after sending: %q, %d can be withdrawn", a.text(".notice"), a.page().Find("button[value^='tarik:']").Length())
		}
		code := strings.TrimPrefix(a.page().Find("button[value^='tarik:']").First().AttrOr("value", ""), "tarik:")
		value := v.get(path + "/" + code).want(http.StatusOK)
		value.wellFormed("value")
		if !strings.Contains(value.text(".chain"), "Petugas isi.tujuh") {
			t.Errorf("chain %q", value.text(".chain"))
		}
		v.post(path + "/" + code + "/tarik").want(http.StatusSeeOther)
		v.post(path + "/" + code + "/tarik").want(http.StatusConflict)
		if v.get(path).page().Find("#"+code+"[data-row]").Length() != 1 {
			t.Error("a value that was withdrawn cannot be typed")
		}
	})

	t.Run("AutosaveAnswersInData", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("disdik", "isi.delapan")
		path := "/kerja/laporan/disdik/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		all, code := formOf(t, a), firstFraction(t, a)
		form := url.Values{}
		for name, values := range all {
			if strings.HasPrefix(name, code+".") {
				form[name] = values
			}
		}
		form.Set(code+".pembilang", "9")
		form.Set(code+".penyebut", "10")
		var got savedSheet
		answer := v.send(path+"/simpan", form, "draf").want(http.StatusOK)
		if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
			t.Fatal(err)
		}
		row := got.Rows[code]
		if len(got.Rows) != 1 || row.Version == 0 || !strings.Contains(row.Result, "90%") || got.Status != "Draf tersimpan 09.00 WIB." {
			t.Errorf("answer %+v", got)
		}
		// With an old version the row stops, and theirs stays.
		form.Set(code+".pembilang", "8")
		answer = v.send(path+"/simpan", form, "draf").want(http.StatusOK)
		if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || got.Rows[code].Stopped == "" {
			t.Errorf("old version: %+v, %v", got, err)
		}
		if n := v.get(path).input(code + ".pembilang"); n != "9" {
			t.Errorf("kept: %q", n)
		}
		// Whoever is signed out gets a page and no data, which is how the script knows.
		if kind := s.visitor().send(path+"/simpan", form, "draf").Header.Get("Content-Type"); strings.Contains(kind, "json") {
			t.Errorf("signed out: %s", kind)
		}
	})

	t.Run("OnlyItsOperatorWritesAndCommentsAreHeard", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("bakesbangpol", "isi.sembilan")
		v.get(dukcapil).want(http.StatusNotFound)
		v.send(dukcapil, url.Values{}, "draf").want(http.StatusNotFound)
		path := "/kerja/laporan/bakesbangpol/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		form := formOf(t, a)
		code := a.page().Find("fieldset[data-row]").First().AttrOr("id", "")
		form.Set(code+".kendala", "Data dari pusat belum keluar.")
		v.send(path, form, "draf").want(http.StatusSeeOther)
		v.post(path+"/"+code+"/komentar", "komentar", "").want(http.StatusUnprocessableEntity).wellFormed("empty comment")
		v.post(path+"/"+code+"/komentar", "komentar", "Mohon <b>dicek</b>.").want(http.StatusSeeOther)
		value := v.get(path + "/" + code).want(http.StatusOK)
		value.wellFormed("value")
		if !strings.Contains(value.text(".remarks"), "Mohon <b>dicek</b>.") {
			t.Errorf("remarks %q", value.text(".remarks"))
		}
		v.get(path + "/TIDAK-ADA").want(http.StatusNotFound)
		v.get("/kerja/laporan/bakesbangpol/2026-TW9").want(http.StatusNotFound)
		v.get("/kerja/laporan/bakesbangpol/ngawur").want(http.StatusNotFound)
	})

	t.Run("FilesInTheFormThatAreRefusedLeaveTheText", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("satpolpp", "isi.sepuluh")
		path := "/kerja/laporan/satpolpp/2026-TW4"
		a := v.get(path).want(http.StatusOK)
		form := formOf(t, a)
		code := a.page().Find("fieldset[data-row]").First().AttrOr("id", "")
		form.Set(code+".kendala", "Petugas baru dilatih.")
		form.Set("aksi", "draf")
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, values := range form {
			_ = w.WriteField(name, values[0])
		}
		part, err := w.CreateFormFile(code+".berkas", "jahat.pdf")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte("MZ bukan pdf sama sekali"))
		_ = w.Close()
		v.header.Set("Content-Type", w.FormDataContentType())
		a = v.do(http.MethodPost, path, &body).want(http.StatusUnprocessableEntity)
		v.header.Del("Content-Type")
		a.wellFormed("refused file")
		if a.page().Find(`.problems a[href="#`+code+`.berkas"]`).Length() != 1 {
			t.Errorf("no sentence about the file: %q", a.text(".problems"))
		}
		if got := v.get(path).input(code + ".kendala"); got != "Petugas baru dilatih." {
			t.Errorf("the text is %q", got)
		}
	})
}

// firstFraction is the first indicator of the page with numerator and denominator.
func firstFraction(t testing.TB, a *answered) string {
	t.Helper()
	name := a.page().Find("input[name$='.pembilang']").First().AttrOr("name", "")
	if name == "" {
		t.Fatalf("no fraction on the page: %q", a.text("main"))
	}
	return strings.TrimSuffix(name, ".pembilang")
}
