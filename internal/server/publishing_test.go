package server

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

func TestPublishing(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t) // published up to 2026-TW2, in November
	v := s.as("organisasi")
	tables := []string{"runs", "publications", "publication_intents", "notices", "audit_entries"}
	before := checksum(t, s.Owner, tables...)
	a := v.get("/kerja/terbitkan").want(http.StatusOK)
	a.wellFormed("publishing")
	if got := a.text("h1"); got != "Terbitkan Triwulan III 2026" {
		t.Errorf("h1 = %q, want the quarter after the newest publication", got)
	}
	if !strings.HasPrefix(a.text("#h-beda"), "Menambah Triwulan III 2026") {
		t.Errorf("the difference is told as %q", a.text("#h-beda"))
	}
	missing := s.count(`SELECT count(*) FROM reports WHERE year = 2026 AND quarter = 3 AND status <> 'verified'`)
	if n := firstNumber(a.text("#lengkap")); n < missing/2 || n == 0 {
		t.Errorf("%q, though %d reports are not verified", a.text("#lengkap"), missing)
	}
	v.get("/kerja/terbitkan?periode=2026-TW2").want(http.StatusOK).wellFormed("correction")
	for _, period := range []string{"2026-TW4", "2026-TW1", "ngawur"} {
		v.get("/kerja/terbitkan?periode=" + period).want(http.StatusNotFound)
	}
	if checksum(t, s.Owner, tables...) != before {
		t.Error("looking at the preview changed rows")
	}
	s.as("inspektorat").get("/kerja/terbitkan").want(http.StatusForbidden)

	a = v.post("/kerja/terbitkan", "periode", "2026-TW3", "sesudah", "1").want(http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != "/kerja/terbitkan?periode=2026-TW3&terbit=2" {
		t.Errorf("then to %q", got)
	}
	done := v.get(a.Header.Get("Location")).want(http.StatusOK)
	if !strings.Contains(done.text(".notice"), "Terbitan 2 sudah terbit") {
		t.Errorf("the page says %q", done.text(".notice"))
	}
	// The same form again finds what it made, and makes no more; also where a reason came along.
	for _, reason := range []string{"", "Perbaikan"} {
		again := v.post("/kerja/terbitkan", "periode", "2026-TW3", "sesudah", "1", "alasan", reason).want(http.StatusConflict)
		again.wellFormed("published twice")
		if !strings.Contains(again.text(".notice"), "Sudah terbit sebelum ini: terbitan 2") {
			t.Errorf("sent again with reason %q the page says %q", reason, again.text("main"))
		}
	}
	if n := s.count(`SELECT count(*) FROM publications`); n != 2 {
		t.Fatalf("%d publications, want 2", n)
	}
	heads := s.count(`SELECT count(DISTINCT user_id) FROM user_roles WHERE role = 'kepala'`)
	if n := s.count(`SELECT count(*) FROM notices WHERE key = 'publication 2'`); n != heads || heads == 0 {
		t.Errorf("%d of %d heads were told", n, heads)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE stream = 'publish' AND action = 'publish' AND actor_id = (SELECT id FROM users WHERE login = 'organisasi')`); n != 1 {
		t.Errorf("%d entries in the trail, want 1", n)
	}

	// A correction says why.
	refused := v.post("/kerja/terbitkan", "periode", "2026-TW3", "sesudah", "2", "alasan", " ").want(http.StatusUnprocessableEntity)
	refused.wellFormed("correction without a reason")
	v.post("/kerja/terbitkan", "periode", "2026-TW3", "sesudah", "2", "alasan", "Nilai DLH dibetulkan").want(http.StatusSeeOther)
	if got := s.count(`SELECT count(*) FROM publications WHERE reason = 'Nilai DLH dibetulkan' AND number = 3`); got != 1 {
		t.Errorf("%d corrections, want 1", got)
	}
}

func TestSpotCheckPages(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	reviewer, inspector := s.as("organisasi"), s.as("inspektorat")
	a := inspector.get("/kerja/uji-petik").want(http.StatusOK)
	a.wellFormed("spot checks")
	reviewer.post("/kerja/uji-petik", "periode", "").want(http.StatusUnprocessableEntity).wellFormed("no period")
	reviewer.post("/kerja/uji-petik", "periode", "2026-TW3").want(http.StatusSeeOther)
	reviewer.post("/kerja/uji-petik", "periode", "2026-TW3").want(http.StatusUnprocessableEntity).wellFormed("drawn twice")
	sample := "/kerja/uji-petik/2026-TW3"
	a = inspector.get(sample).want(http.StatusOK)
	a.wellFormed(sample)
	rows := a.page().Find("tbody tr").Length()
	if rows < 12 || firstNumber(a.text("h1")) != rows {
		t.Fatalf("%d values under %q", rows, a.text("h1"))
	}
	list := inspector.get(sample + "/daftar.csv").want(http.StatusOK)
	verified := s.count(`SELECT count(*) FROM reports WHERE year = 2026 AND quarter = 3 AND status = 'verified'`)
	if lines := strings.Count(list.Body, "\r\n"); lines != verified+4 || !strings.HasPrefix(list.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d lines in the list, want %d and 4 above them", lines, verified)
	}

	first := sample + "/1"
	inspector.get(first).want(http.StatusOK).wellFormed(first)
	reviewer.get(first).want(http.StatusOK).wellFormed(first)
	reviewer.post(first, "hasil", "benar", "diketahui", "0").want(http.StatusForbidden)
	inspector.post(first, "diketahui", "0").want(http.StatusUnprocessableEntity).wellFormed("no result")
	inspector.post(first, "hasil", "salah", "diketahui", "0").want(http.StatusUnprocessableEntity).wellFormed("no note")
	a = inspector.post(first, "hasil", "salah", "catatan", "Dokumen menyebut angka lain.", "diketahui", "0").want(http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != sample+"/2?sesudah=1" {
		t.Errorf("then to %q", got)
	}
	inspector.post(first, "hasil", "benar", "diketahui", "0").want(http.StatusConflict).wellFormed("seen by two")
	inspector.post(first, "hasil", "benar", "diketahui", "1").want(http.StatusUnprocessableEntity)
	inspector.get(first).want(http.StatusOK).wellFormed("with a result")
	if got := inspector.get("/kerja/uji-petik").want(http.StatusOK).text("section[aria-labelledby=salah] tbody"); !strings.Contains(got, "1 dari 1") {
		t.Errorf("errors of agencies: %q", got)
	}
	tasks := inspector.get("/kerja/").want(http.StatusOK).text(".tasks")
	if !strings.Contains(tasks, "Sampel uji petik "+strconv.Itoa(rows-1)+" nilai") {
		t.Errorf("the summary of Inspektorat says %q", tasks)
	}
	inspector.get(sample + "/999").want(http.StatusNotFound)
	inspector.get("/kerja/uji-petik/2025-TW1").want(http.StatusNotFound)
	s.as("pimpinan").get(sample).want(http.StatusOK)
	s.as("operator.dlh").get(sample).want(http.StatusForbidden)
}

func TestRemindersFromTheSummary(t *testing.T) {
	t.Parallel()
	s := newDeskSite(t)
	v := s.as("organisasi")
	a := v.get("/kerja/").want(http.StatusOK)
	code := a.page().Find("#belum ~ form input[name=instansi], form[action='/kerja/pengingat'] input[name=instansi]").First().AttrOr("value", "")
	if code == "" {
		t.Fatal("nobody can be ticked")
	}
	done := v.post("/kerja/pengingat", "instansi", code).want(http.StatusSeeOther)
	if got := done.Header.Get("Location"); got != "/kerja/?diingatkan=1#belum" {
		t.Errorf("then to %q", got)
	}
	v.get("/kerja/?diingatkan=1").want(http.StatusOK).wellFormed("reminded")
	v.post("/kerja/pengingat").want(http.StatusUnprocessableEntity)
	s.as("pimpinan").post("/kerja/pengingat", "instansi", code).want(http.StatusForbidden)
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'remind agencies'`); n != 1 {
		t.Errorf("%d entries in the trail, want 1", n)
	}
}
