package server

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/demo"
	"petajalan/internal/scorecard"
)

// firstNumber is the first number in a text; -1 when there is none.
func firstNumber(s string) int {
	n, err := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(s))
	if err != nil {
		return -1
	}
	return n
}

// count asks the database.
func (s *testSite) count(query string, args ...any) int {
	s.t.Helper()
	var n int
	if err := s.Owner.NewRaw(query, args...).Scan(s.t.Context(), &n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	whole := newDemoSite(t)
	enter := func(t *testing.T, login string) (*testSite, *visitor) {
		t.Helper()
		s := whole.in(t)
		return s, s.asWith(login, demo.Password)
	}

	t.Run("CityShowsThePartsInTheirOrder", func(t *testing.T) {
		t.Parallel()
		_, v := enter(t, "organisasi")
		a := v.get("/kerja/").want(http.StatusOK)
		a.wellFormed("/kerja/")
		var found []string
		a.page().Find("main section").Each(func(_ int, e *goquery.Selection) {
			found = append(found, e.AttrOr("aria-labelledby", e.AttrOr("aria-label", "?")))
		})
		if got, want := strings.Join(found, " "), "tenggat verifikasi belum panas gerak Kelurahan dan jejak mesin"; got != want {
			t.Errorf("sections = %q, want %q", got, want)
		}
		if got := a.text("h1"); got != "Pelaporan Triwulan III 2026" {
			t.Errorf("h1 = %q", got)
		}
		if a.text(".days") != "Sudah ditutup" || !strings.Contains(a.text(".banner"), "DATA PERAGAAN") {
			t.Errorf("deadline %q, banner %q", a.text(".days"), a.text(".banner"))
		}
		if n := a.page().Find("main form").Length(); n != 1 || a.page().Find("form[action='/kerja/pengingat'] button").Length() != 1 {
			t.Errorf("%d forms, want the one that reminds agencies", n)
		}
	})

	t.Run("CountsAddUpToAllAgenciesAndEachLeadsToItsList", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "organisasi")
		a := v.get("/kerja/").want(http.StatusOK)
		total := 0
		a.page().Find(".due .keys li").Each(func(_ int, e *goquery.Selection) {
			n := firstNumber(e.Text())
			total += n
			href, linked := e.Find("a").Attr("href")
			if linked != (n > 0) {
				t.Errorf("%q: linked = %v", e.Text(), linked)
			}
			if !linked {
				return
			}
			list := v.get("/kerja/" + strings.TrimSuffix(href, "#daftar")).want(http.StatusOK)
			list.wellFormed(href)
			if got := list.page().Find("#daftar .unit-tiles li").Length(); got != n || firstNumber(list.text("#daftar h2")) != n {
				t.Errorf("%s lists %d agencies under %q, want %d", href, got, list.text("#daftar h2"), n)
			}
		})
		if want := s.count(`SELECT count(*) FROM agencies WHERE reports`); total != want || want != 51 {
			t.Errorf("the counts add up to %d, want %d", total, want)
		}
		v.get("/kerja/?status=ngawur").want(http.StatusNotFound)
	})

	t.Run("StatesAreThoseOfTheReports", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "inspektorat")
		a := v.get("/kerja/").want(http.StatusOK)
		waiting := s.count(`
			SELECT count(DISTINCT ts.agency_id) FROM reports r JOIN target_series ts ON ts.id = r.series_id
			WHERE r.year = 2026 AND r.quarter = 3 AND r.status = 'approved'`)
		if got := firstNumber(a.text("#verifikasi")); got != waiting || waiting == 0 {
			t.Errorf("%q, want %d agencies", a.text("#verifikasi"), waiting)
		}
		if strings.Contains(a.text("#verifikasi"), "Anda") {
			t.Error("inspektorat is told to verify")
		}
		// The longest waiting comes first.
		var first string
		err := s.Owner.NewRaw(`
			SELECT a.name FROM reports r JOIN report_events e ON e.report_id = r.id AND e.kind = 'approved'
			JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
			WHERE r.year = 2026 AND r.quarter = 3 AND r.status = 'approved' ORDER BY e.at LIMIT 1`).Scan(t.Context(), &first)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.text("section[aria-labelledby=verifikasi] tbody th a"); got != strings.TrimSuffix(first, " Kota Blitar") {
			t.Errorf("first in the queue is %q, want %q", got, first)
		}
		// One that is wholly verified is so in the list of kelurahan too.
		var kelurahan string
		err = s.Owner.NewRaw(`
			SELECT a.code FROM agencies a JOIN target_series ts ON ts.agency_id = a.id JOIN reports r ON r.series_id = ts.id AND r.year = 2026 AND r.quarter = 3
			WHERE a.kind = 'kelurahan' GROUP BY a.code HAVING bool_or(r.status = 'returned') ORDER BY a.code LIMIT 1`).Scan(t.Context(), &kelurahan)
		if err != nil {
			t.Fatal(err)
		}
		tile := a.page().Find(`.two .unit-tiles a[href="/kerja/instansi/` + kelurahan + `"]`)
		if !strings.Contains(tile.Text(), "Dikembalikan") {
			t.Errorf("%s: %q, want Dikembalikan", kelurahan, tile.Text())
		}
		if n := a.page().Find(".two .unit-tiles li").Length(); n != 21 {
			t.Errorf("%d kelurahan, want 21", n)
		}
	})

	t.Run("FindingsStandBesideWhatWaits", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "organisasi")
		b, err := scorecard.LoadBoard(t.Context(), s.Owner, scorecard.Scope{City: true}, november)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, w := range b.Waiting {
			if w.Jumps > 0 {
				want++
			}
		}
		a := v.get("/kerja/").want(http.StatusOK)
		got := regexp.MustCompile(`[1-9][0-9]* lonjakan di atas 25%`).FindAllString(a.page().Find("section[aria-labelledby=verifikasi] td").Text(), -1)
		if len(got) != want || want == 0 {
			t.Errorf("findings %q, want one for each of %d agencies", got, want)
		}
		// The limit is the one that the desk and the worksheet go by.
		exec(t, s.Owner, `UPDATE checks SET threshold = 12.5 WHERE code = 'jump'`)
		if text := v.get("/kerja/").text("section[aria-labelledby=verifikasi]"); !strings.Contains(text, "lonjakan di atas 12,5%") {
			t.Errorf("with another limit: %q", text)
		}
		exec(t, s.Owner, `UPDATE checks SET enabled = false WHERE code = 'jump'`)
		if text := v.get("/kerja/").text("section[aria-labelledby=verifikasi]"); strings.Contains(text, "lonjakan") {
			t.Errorf("with the check off: %q", text)
		}
	})

	t.Run("HeatmapHasEveryScoreOfTheNewestRun", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "pimpinan")
		a := v.get("/kerja/").want(http.StatusOK)
		cells := 0
		a.page().Find(".heatmap tbody tr:not(.heatmap__total) td").Each(func(_ int, e *goquery.Selection) {
			if firstNumber(e.Text()) >= 0 {
				cells++
			}
		})
		want := s.count(`SELECT count(*) FROM run_scores((SELECT max(id) FROM runs)) WHERE level = 'agency' AND score IS NOT NULL`)
		if cells != want || want == 0 {
			t.Errorf("%d figures, want %d", cells, want)
		}
		if got := a.page().Find(".heatmap__total td").Length(); got != 7 {
			t.Errorf("the city has %d quarters, want 7", got)
		}
	})

	t.Run("DeepestFallComesFirst", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "organisasi")
		a := v.get("/kerja/").want(http.StatusOK)
		var agency, change string
		err := s.Owner.NewRaw(`
			WITH s AS (SELECT * FROM run_scores((SELECT max(id) FROM runs)) WHERE level = 'agency' AND year = 2026 AND quarter IN (2, 3))
			SELECT n.code, replace((b.score - n.score)::text, '.', ',') FROM s n JOIN s b ON b.code = n.code AND b.quarter = 2
			WHERE n.quarter = 3 ORDER BY n.score - b.score, n.code COLLATE "C" LIMIT 1`).Scan(t.Context(), &agency, &change)
		if err != nil {
			t.Fatal(err)
		}
		first := a.page().Find("section[aria-labelledby=gerak] .notes li").First()
		if got := first.Find("a").AttrOr("href", ""); got != "/kerja/instansi/"+agency || !strings.Contains(first.Text(), "(−"+change[:2]) {
			t.Errorf("deepest fall: %q at %s, want %s by %s", first.Text(), got, agency, change)
		}
	})

	t.Run("OnlyThoseWhoMaySeeJobs", func(t *testing.T) {
		t.Parallel()
		s, _ := enter(t, "organisasi")
		exec(t, s.Owner, `INSERT INTO job_runs (job, slot, status, attempt, not_before, started_at, error)
			VALUES ('score', '2026-11-19 18:00+00', 'due', 2, '2026-11-19 18:05+00', '2026-11-19 18:00+00', 'secret detail of the failure')`)
		for login, want := range map[string]bool{"organisasi": true, "admin": true, "pimpinan": false, "inspektorat": false} {
			_, v := enter(t, login)
			a := v.get("/kerja/").want(http.StatusOK)
			if got := strings.Contains(a.Body, "Penilaian tiap malam"); got != want {
				t.Errorf("%s sees jobs: %v, want %v", login, got, want)
			}
			if strings.Contains(a.Body, "secret detail") {
				t.Errorf("%s sees what a job failed on", login)
			}
			if !strings.Contains(a.Body, "Penilaian terakhir") {
				t.Errorf("%s is not told when scores were computed", login)
			}
		}
	})

	t.Run("OperatorSeesTheirOwnAgencyAndNoOther", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "operator.dispendukcapil")
		a := v.get("/kerja/").want(http.StatusOK)
		a.wellFormed("operator")
		if got := a.text("h1"); got != "Dinas Kependudukan dan Pencatatan Sipil" {
			t.Errorf("h1 = %q", got)
		}
		want := s.count(`
			SELECT count(*) FROM target_series ts JOIN agencies a ON a.id = ts.agency_id JOIN targets t ON t.series_id = ts.id AND t.year = 2026 AND t.revision = 1
			WHERE a.code = 'dispendukcapil'`)
		if got := a.page().Find(".report").Length(); got != want || want == 0 {
			t.Errorf("%d targets, want %d", got, want)
		}
		if n := a.page().Find(".desk .notes li").Length(); n != 3 {
			t.Errorf("%d lowest achievements, want 3", n)
		}
		v.get("/kerja/instansi/dispendukcapil").want(http.StatusOK).wellFormed("own")
		var others []string
		if err := s.Owner.NewRaw(`SELECT code FROM agencies WHERE code <> 'dispendukcapil'`).Scan(t.Context(), &others); err != nil {
			t.Fatal(err)
		}
		missing := v.get("/kerja/instansi/tidak-ada").want(http.StatusNotFound).text("main")
		for _, code := range others {
			for _, path := range []string{code, code + "?periode=2026-TW3", code + "?periode=2026-TW3&kode=dispendukcapil"} {
				if got := v.get("/kerja/instansi/" + path).want(http.StatusNotFound).text("main"); got != missing {
					t.Fatalf("%s: %q differs from what does not exist: %q", path, got, missing)
				}
			}
		}
		v.get("/kerja/?status=draf").want(http.StatusOK)
	})

	t.Run("LurahSeesOneKelurahanAndCamatThoseBelow", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "lurah.bendogerit")
		a := v.get("/kerja/").want(http.StatusOK)
		a.wellFormed("lurah")
		if a.text("h1") != "Kelurahan Bendogerit" || a.page().Find("#bawah").Length() != 0 {
			t.Errorf("lurah sees %q", a.text("h1"))
		}
		var camat string
		err := s.Owner.NewRaw(`SELECT p.code FROM agencies a JOIN agencies p ON p.id = a.parent_id WHERE a.code = '35.72.03.1007'`).Scan(t.Context(), &camat)
		if err != nil {
			t.Fatal(err)
		}
		v.get("/kerja/instansi/" + camat).want(http.StatusNotFound) // nothing above
		s.add("camat", accountOf("kepala", camat))
		c := s.as("camat")
		a = c.get("/kerja/").want(http.StatusOK)
		a.wellFormed("camat")
		if n, want := a.page().Find("section[aria-labelledby=bawah] li").Length(), s.count(`SELECT count(*) FROM agencies a JOIN agencies p ON p.id = a.parent_id WHERE p.code = ? AND a.reports`, camat); n != want || want == 0 {
			t.Errorf("%d kelurahan below, want %d", n, want)
		}
		c.get("/kerja/instansi/35.72.03.1007").want(http.StatusOK)
		c.get("/kerja/instansi/35.72.01.1001").want(http.StatusNotFound)
	})

	t.Run("DraftsAreTheAgencysOwn", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "pimpinan")
		var agency, indicator string
		err := s.Owner.NewRaw(`
			SELECT a.code, i.code FROM reports r JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id JOIN indicators i ON i.id = ts.indicator_id
			WHERE r.year = 2026 AND r.quarter = 3 AND r.status = 'draft' ORDER BY r.id LIMIT 1`).Scan(t.Context(), &agency, &indicator)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s.Owner, `
			UPDATE reports r SET note = 'rahasia-draf', actual = NULL, numerator = 123454321, denominator = 123454321 FROM target_series ts JOIN agencies a ON a.id = ts.agency_id JOIN indicators i ON i.id = ts.indicator_id
			WHERE ts.id = r.series_id AND a.code = ? AND i.code = ? AND r.year = 2026 AND r.quarter = 3`, agency, indicator)
		s.add("op.draf", accountOf("operator", agency))
		address := "/kerja/instansi/" + agency + "?periode=2026-TW3"
		for name, tt := range map[string]struct {
			v    *visitor
			want bool
		}{"pimpinan": {v, false}, "operator": {s.as("op.draf"), true}} {
			a := tt.v.get(address).want(http.StatusOK)
			a.wellFormed(address)
			if got := strings.Contains(a.Body, "rahasia-draf") && strings.Contains(a.Body, "123.454.321"); got != tt.want {
				t.Errorf("%s sees the draft: %v, want %v", name, got, tt.want)
			}
			if !tt.want && (strings.Contains(a.Body, "rahasia-draf") || strings.Contains(a.Body, "123.454.321")) {
				t.Errorf("%s sees a part of the draft", name)
			}
		}
	})

	t.Run("WhoDidWhatWhenStandsAtEachReport", func(t *testing.T) {
		t.Parallel()
		_, v := enter(t, "organisasi")
		a := v.get("/kerja/instansi/dispendukcapil?periode=2026-TW1").want(http.StatusOK)
		a.wellFormed("TW1")
		steps := a.text(".report .steps")
		for _, want := range []string{"Operator Dispendukcapil mengirim", "Kepala unit Dispendukcapil menyetujui", "Bagian Organisasi memverifikasi", "2026"} {
			if !strings.Contains(steps, want) {
				t.Errorf("steps = %q, want %q in it", steps, want)
			}
		}
		if got := a.text(".report .status"); got != "Terverifikasi" {
			t.Errorf("status = %q", got)
		}
		v.get("/kerja/instansi/dispendukcapil?periode=2029-TW4").want(http.StatusNotFound)
		v.get("/kerja/instansi/dispendukcapil?periode=2026-tw3").want(http.StatusNotFound)
	})

	t.Run("CouncilSeesWhatIsPublishedAndNothingElse", func(t *testing.T) {
		t.Parallel()
		s, v := enter(t, "dprd")
		a := v.get("/kerja/").want(http.StatusOK)
		a.wellFormed("dprd")
		if got := a.text("h1"); got != "Rapor Layanan Triwulan II 2026" {
			t.Errorf("h1 = %q, want the published quarter", got)
		}
		if strings.Contains(a.text("main"), "Triwulan III 2026") {
			t.Error("the council sees work in progress")
		}
		var score string
		err := s.Owner.NewRaw(`SELECT replace(round(score, 1)::text, '.', ',') FROM run_scores((SELECT run_id FROM publications)) WHERE level = 'city' AND year = 2026 AND quarter = 2`).Scan(t.Context(), &score)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.text(".headline__figure"); !strings.HasPrefix(got, score) {
			t.Errorf("figure = %q, want %s", got, score)
		}
		a.page().Find("main a").Each(func(_ int, e *goquery.Selection) {
			if href := e.AttrOr("href", ""); strings.HasPrefix(href, "/kerja/") {
				t.Errorf("links to %s", href)
			} else if status := v.get(href).Status; status >= http.StatusBadRequest {
				t.Errorf("links to %s, which answers %d", href, status)
			}
		})
		v.get("/kerja/instansi/dispendukcapil").want(http.StatusForbidden)
	})

	t.Run("EveryLinkOfTheWorkspaceLeadsSomewhere", func(t *testing.T) {
		t.Parallel()
		_, v := enter(t, "organisasi")
		seen := map[string]bool{}
		for _, from := range []string{"/kerja/", "/kerja/instansi/dlh", "/kerja/instansi/35.72.03.1007"} {
			v.get(from).page().Find("a[href^='/'], link[href^='/']").Each(func(_ int, e *goquery.Selection) {
				href, _, _ := strings.Cut(e.AttrOr("href", ""), "#")
				if seen[href] || strings.HasPrefix(href, "/tema?") {
					return
				}
				seen[href] = true
				if status := v.get(href).Status; status >= http.StatusBadRequest {
					t.Errorf("%s links to %s, which answers %d", from, href, status)
				}
			})
		}
		if len(seen) < 50 {
			t.Errorf("only %d links were found", len(seen))
		}
	})
}

func TestDashboard_BeforeTheDeadline(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	exec(t, s.Owner, `INSERT INTO periods (year, quarter, opens_at, due_at, closes_at, publish_by, opened_at)
		VALUES (2026, 3, '2026-09-30 17:00+00', '2026-10-14 17:00+00', '2026-10-21 17:00+00', '2026-10-31 17:00+00', '2026-09-30 17:00+00')`)
	for _, tt := range []struct{ at, want string }{
		{"2026-10-13T09:00:00+07:00", "2 hari kerja lagi batas lapor"},
		{"2026-10-14T23:00:00+07:00", "Hari terakhir batas lapor"},
		{"2026-10-15T00:00:00+07:00", "5 hari kerja lagi ditutup"},
		{"2026-10-22T00:00:00+07:00", "Sudah ditutup"},
	} {
		s.at(mustTime(t, tt.at))
		a := s.as("organisasi").get("/kerja/").want(http.StatusOK)
		if got := a.text(".days"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.at, got, tt.want)
		}
		a.wellFormed(tt.at)
	}
}

func TestDashboard_BeforeAnyPeriod(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	for _, login := range []string{"organisasi", "operator", "dprd"} {
		a := s.as(login).get("/kerja/").want(http.StatusOK)
		a.wellFormed(login)
		if !strings.HasPrefix(a.text("h1"), "Belum ada") {
			t.Errorf("%s: %q", login, a.text("h1"))
		}
	}
}

func TestUnitState(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		unit scorecard.Unit
		want scorecard.UnitState
	}{
		{"nothing due", scorecard.Unit{}, scorecard.UnitNothingDue},
		{"nothing begun", scorecard.Unit{Due: 3}, scorecard.UnitNotBegun},
		{"one draft", scorecard.Unit{Due: 3, Draft: 1}, scorecard.UnitDraft},
		{"one verified, the rest not begun", scorecard.Unit{Due: 3, Verified: 1}, scorecard.UnitDraft},
		{"all handed to the head", scorecard.Unit{Due: 3, Submitted: 1, Verified: 2}, scorecard.UnitForHead},
		{"all approved", scorecard.Unit{Due: 3, Approved: 1, Verified: 2}, scorecard.UnitAwaiting},
		{"one returned among verified", scorecard.Unit{Due: 3, Returned: 1, Verified: 2}, scorecard.UnitReturned},
		{"all verified", scorecard.Unit{Due: 3, Verified: 3}, scorecard.UnitVerified},
	} {
		if got := tt.unit.State(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
