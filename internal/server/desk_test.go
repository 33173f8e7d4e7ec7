package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/report"
)

// newDeskSite is the demo in November with the quarter that it opens for its visitors.
func newDeskSite(t testing.TB) *testSite {
	t.Helper()
	s := newDemoSite(t)
	if err := demo.OpenQuarter(t.Context(), s.Owner, s.server.cfg.Evidence, wib, november); err != nil {
		t.Fatal(err)
	}
	return s
}

// picks are the ticks of the page, as a browser would send them.
func (a *answered) picks() []string {
	a.t.Helper()
	var all []string
	a.page().Find("input[name=pilih][checked]").Each(func(_ int, e *goquery.Selection) { all = append(all, e.AttrOr("value", "")) })
	return all
}

// pairs are fields of a form with one name.
func pairs(name string, values ...string) []string {
	var all []string
	for _, v := range values {
		all = append(all, name, v)
	}
	return all
}

// inStatus counts the reports of the agency in the quarter under way that have come so far.
func (s *testSite) inStatus(agency, status string) int {
	s.t.Helper()
	return s.count(`SELECT count(*) FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
		WHERE r.year = 2026 AND r.quarter = 4 AND a.code = ? AND r.status = ?`, agency, status)
}

const lurah = "35.72.03.1007"

func TestHeadApproves(t *testing.T) {
	t.Parallel()
	whole := newDeskSite(t)
	whole.add("lurah.plt", account.Appointment{Role: account.Head, Agency: lurah, Acting: true, From: october.AddDate(-1, 0, 0)})
	page := "/kerja/setujui/" + lurah + "/2026-TW4"
	s := whole.in(t)
	total := s.inStatus(lurah, "submitted")
	v := s.as("lurah.bendogerit")
	a := v.get(page).want(http.StatusOK)
	a.wellFormed(page)
	picks := a.picks()
	if total < 3 || len(picks) != total || firstNumber(a.text("#setujui button")) != total {
		t.Fatalf("%d are ticked and the button says %q, want all %d", len(picks), a.text("#setujui button"), total)
	}

	// A camat reads the page, an operator of another agency does not know of it.
	if n := s.as("organisasi").get(page).want(http.StatusOK).page().Find("main form, main input").Length(); n != 0 {
		t.Errorf("Bagian Organisasi finds %d forms and inputs", n)
	}
	s.as("operator.dlh").get(page).want(http.StatusNotFound)
	s.as("organisasi").post(page, append(pairs("pilih", picks...), "aksi", "setujui")...).want(http.StatusForbidden)

	// A return needs its reason; what was typed stays.
	a = v.post(page, "aksi", "kembalikan", "baris", picks[0], "alasan", " ").want(http.StatusUnprocessableEntity)
	a.wellFormed("return without a reason")
	if a.page().Find("details[open]").Length() != 1 || !strings.Contains(a.text(".problems"), "alasan") {
		t.Errorf("refused with %q", a.text(".problems"))
	}
	v.post(page, "aksi", "kembalikan", "baris", picks[0], "alasan", "Lampiran belum terbaca.").want(http.StatusSeeOther)
	if n := s.inStatus(lurah, "returned"); n != 1 {
		t.Fatalf("%d are returned, want 1", n)
	}

	// Without a tick nothing happens; with one taken away the rest is done.
	v.post(page, "aksi", "setujui").want(http.StatusUnprocessableEntity)
	a = v.post(page, append(pairs("pilih", picks[1:total-1]...), "aksi", "setujui")...).want(http.StatusSeeOther)
	if got := a.Header.Get("Location"); got != fmt.Sprintf("%s?disetujui=%d", page, total-2) {
		t.Errorf("then to %q", got)
	}
	a = v.get(a.Header.Get("Location")).want(http.StatusOK)
	if firstNumber(a.text(".notice")) != total-2 || len(a.picks()) != 1 {
		t.Errorf("the page says %q and leaves %d", a.text(".notice"), len(a.picks()))
	}

	// The other head had the same page open: what is done is told, what is left is done, once.
	other := s.as("lurah.plt")
	a = other.post(page, append(pairs("pilih", picks[1:]...), "aksi", "setujui")...).want(http.StatusOK)
	a.wellFormed("approved by two")
	if got := a.page().Find(".problems li").Length(); got != total-2 {
		t.Errorf("%d are told to have moved on, want %d: %s", got, total-2, a.text(".problems"))
	}
	if n := s.inStatus(lurah, "approved"); n != total-1 {
		t.Errorf("%d are approved, want %d", n, total-1)
	}
	events := s.count(`SELECT count(*) FROM report_events e JOIN reports r ON r.id = e.report_id JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
		WHERE r.year = 2026 AND r.quarter = 4 AND a.code = ? AND e.kind = 'approved'`, lurah)
	if events != total-1 {
		t.Errorf("%d approvals in the history, want %d", events, total-1)
	}
	v.post(page, append(pairs("pilih", picks[1:]...), "aksi", "setujui")...).want(http.StatusConflict)
	v.post("/kerja/setujui/"+lurah+"/2026-TW4", "aksi", "setujui", "pilih", "dlh|2026-TW4|IKM|1").want(http.StatusNotFound)
	v.post(page, "aksi", "setujui", "pilih", "ngawur").want(http.StatusUnprocessableEntity)
}

func TestDesk(t *testing.T) {
	t.Parallel()
	whole := newDeskSite(t)

	t.Run("OldestFirstWithFiltersThatAddUp", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		a := v.get("/kerja/verifikasi?semua=1").want(http.StatusOK)
		a.wellFormed("desk")
		open := s.count(`SELECT count(*) FROM reports WHERE status = 'approved' AND quarter = 4 AND year = 2026`)
		if got := a.page().Find("tbody tr").Length(); got != open || firstNumber(a.text("h1")) != open {
			t.Errorf("%d rows under %q, want %d", got, a.text("h1"), open)
		}
		with := firstNumber(v.get("/kerja/verifikasi?semua=1&temuan=ada").want(http.StatusOK).text("h1"))
		without := firstNumber(v.get("/kerja/verifikasi?semua=1&temuan=tanpa").want(http.StatusOK).text("h1"))
		if with+without != open || with <= 0 || without <= 0 {
			t.Errorf("%d with and %d without findings, want %d together", with, without, open)
		}
		dlh := v.get("/kerja/verifikasi?instansi=dlh").want(http.StatusOK)
		if got := dlh.page().Find("tbody tr").Length(); got != s.count(`SELECT count(*) FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id WHERE r.status = 'approved' AND a.code = 'dlh' AND r.year = 2026 AND r.quarter = 4`) {
			t.Errorf("%d rows of dlh", got)
		}
		v.get("/kerja/verifikasi?periode=ngawur").want(http.StatusNotFound)
		s.as("kepala.dinkes").get("/kerja/verifikasi").want(http.StatusForbidden)
	})

	t.Run("WhatAClosedQuarterLeftBehindStandsApart", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		open := firstNumber(v.get("/kerja/verifikasi").want(http.StatusOK).text("h1"))
		if _, err := s.Owner.ExecContext(t.Context(), `UPDATE reports SET status = 'approved' WHERE year = 2026 AND quarter = 3 AND status = 'verified'
			AND id IN (SELECT id FROM reports WHERE year = 2026 AND quarter = 3 AND status = 'verified' ORDER BY id LIMIT 5)`); err != nil {
			t.Fatal(err)
		}
		a := v.get("/kerja/verifikasi").want(http.StatusOK)
		a.wellFormed("desk with a closed quarter")
		if got := firstNumber(a.text("h1")); got != open {
			t.Errorf("%d wait, want %d as before", got, open)
		}
		left := firstNumber(a.text("section[aria-labelledby=tutup] li"))
		href := a.page().Find("section[aria-labelledby=tutup] a").AttrOr("href", "")
		if left < 5 || href != "/kerja/verifikasi?periode=2026-TW3" {
			t.Errorf("%d were left behind, at %q", left, href)
		}
		if got := v.get(href).want(http.StatusOK).page().Find(".desk-table tbody tr").Length(); got != left {
			t.Errorf("%d rows of the closed quarter, want %d", got, left)
		}
	})

	t.Run("VerifyingOneOpensTheNext", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		list := v.get("/kerja/verifikasi?instansi=dlh").want(http.StatusOK)
		links := list.page().Find("tbody th a")
		first, second := links.Eq(0).AttrOr("href", ""), links.Eq(1).AttrOr("href", "")
		a := v.get(first).want(http.StatusOK)
		a.wellFormed(first)
		for _, part := range []string{"#lapor", "#bukti", "#putus", "#lalu", "#riwayat", "#bicara"} {
			if a.page().Find(part).Length() != 1 {
				t.Errorf("no %s on the page", part)
			}
		}
		pick := a.page().Find("input[name=baris]").AttrOr("value", "")
		grade := a.page().Find("input[name=mutu][checked]").AttrOr("value", "")
		if grade == "" {
			t.Error("no grade is suggested")
		}
		v.post(first, "aksi", "verifikasi", "baris", pick).want(http.StatusUnprocessableEntity).wellFormed("without a grade")
		v.post(first, "aksi", "kembalikan", "baris", pick, "catatan", "").want(http.StatusUnprocessableEntity).wellFormed("without a note")
		done := v.post(first, "aksi", "verifikasi", "baris", pick, "mutu", grade).want(http.StatusSeeOther)
		u, err := url.Parse(done.Header.Get("Location"))
		if err != nil || u.Path != strings.Split(second, "?")[0] {
			t.Errorf("then to %s, want %s", done.Header.Get("Location"), second)
		}
		v.get(done.Header.Get("Location")).want(http.StatusOK)
		// Sent again it is told, not done twice.
		again := v.post(first, "aksi", "verifikasi", "baris", pick, "mutu", grade).want(http.StatusConflict)
		again.wellFormed("verified twice")
		b := v.get(second).want(http.StatusOK)
		back := v.post(second, "aksi", "kembalikan", "baris", b.page().Find("input[name=baris]").AttrOr("value", ""), "catatan", "Rekap belum ditandatangani.").want(http.StatusSeeOther)
		if back.Header.Get("Location") == "" || s.inStatus("dlh", "returned") != 1 || s.inStatus("dlh", "verified") != 1 {
			t.Errorf("returned %d, verified %d, want 1 and 1", s.inStatus("dlh", "returned"), s.inStatus("dlh", "verified"))
		}
	})

	t.Run("ManyAtOnceWithoutThoseThatAreUnticked", func(t *testing.T) {
		s := whole.in(t)
		v := s.as("organisasi")
		address := "/kerja/verifikasi?instansi=rsud-mardi-waluyo"
		a := v.get(address).want(http.StatusOK)
		picks := a.picks()
		if len(picks) < 3 {
			t.Fatalf("only %d rows without findings: %s", len(picks), a.text("main"))
		}
		fields := []string{"aksi", "verifikasi"}
		for _, pick := range picks[1:] {
			code := strings.Split(pick, "|")[2]
			fields = append(fields, "pilih", pick, "mutu-rsud-mardi-waluyo-"+strings.Split(pick, "|")[1]+"-"+code, "dokumen_diperiksa")
		}
		done := v.post(address, fields...).want(http.StatusSeeOther)
		after := v.get(done.Header.Get("Location")).want(http.StatusOK)
		if firstNumber(after.text(".notice")) != len(picks)-1 || s.inStatus("rsud-mardi-waluyo", "verified") != len(picks)-1 {
			t.Errorf("%q, %d verified, want %d", after.text(".notice"), s.inStatus("rsud-mardi-waluyo", "verified"), len(picks)-1)
		}
		v.post(address, fields...).want(http.StatusConflict).wellFormed("verified twice")
		v.post(address, "aksi", "verifikasi").want(http.StatusUnprocessableEntity)
	})
}

func TestNobodyVerifiesWhatTheyTyped(t *testing.T) {
	t.Parallel()
	s := newDeskSite(t)
	s.add("rangkap", account.Appointment{Role: account.Reviewer, From: october.AddDate(-1, 0, 0)})
	_, err := s.Owner.ExecContext(t.Context(), `UPDATE users SET disabled_at = NULL WHERE login = 'rangkap'`)
	if err != nil {
		t.Fatal(err)
	}
	// The verifier typed the figures of dlh in an earlier office.
	for _, q := range []string{
		`ALTER TABLE report_events DISABLE TRIGGER report_events_insert_only`,
		`UPDATE report_events SET by_user = (SELECT id FROM users WHERE login = 'rangkap') WHERE kind = 'submitted' AND report_id IN (
			SELECT r.id FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id WHERE a.code = 'dlh' AND r.year = 2026 AND r.quarter = 4)`,
		`ALTER TABLE report_events ENABLE TRIGGER report_events_insert_only`,
	} {
		if _, err := s.Owner.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	v := s.as("rangkap")
	a := v.get("/kerja/verifikasi?instansi=dlh").want(http.StatusOK)
	if n := len(a.picks()); n != 0 {
		t.Errorf("%d rows can be ticked by who typed them", n)
	}
	item := v.get(a.page().Find("tbody th a").First().AttrOr("href", "")).want(http.StatusOK)
	if !strings.Contains(item.text("#putus ~ p"), "Anda isi sendiri") && !strings.Contains(item.text("main"), "Anda isi sendiri") {
		t.Errorf("the page says %q", item.text("main"))
	}
	if item.page().Find("button[value=verifikasi]").Length() != 0 {
		t.Error("there is a button to verify")
	}
}

func TestEvidenceOfPastQuartersOfTheDemoIsToldToBeInvented(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	var id string
	if err := s.Owner.NewRaw(`SELECT min(public_id::text) FROM evidence WHERE kind = ?`, report.EvidenceFile).Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	a := s.as("organisasi").get("/kerja/bukti/" + id).want(http.StatusNotFound)
	if !strings.Contains(a.text("main"), "tidak tersimpan (data peragaan)") {
		t.Errorf("the page says %q", a.text("main"))
	}
}
