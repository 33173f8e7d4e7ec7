package server

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"petajalan/internal/followup"
)

// promise makes a verified report of dlh whose next step is a follow-up, and returns its address.
func (s *testSite) promise() string {
	s.t.Helper()
	for _, q := range []string{
		`INSERT INTO indicators (code) VALUES ('SAMPAH')`,
		`INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i WHERE a.code = 'dlh'`,
		`INSERT INTO reports (series_id, year, quarter, status, revision, updated_at) SELECT id, 2026, 2, 'verified', 1, '2026-07-12' FROM target_series`,
		`INSERT INTO report_revisions (report_id, revision, actual, handed_in_at, next_step, next_step_owner, next_step_due)
			SELECT id, 1, 1, '2026-07-10', 'Tambah <armada>', 'Bidang Persampahan', '2026-09-30' FROM reports`,
	} {
		exec(s.t, s.Owner, q)
	}
	var revision int64
	if err := s.Owner.NewRaw(`SELECT id FROM report_revisions`).Scan(s.t.Context(), &revision); err != nil {
		s.t.Fatal(err)
	}
	err := s.Web.RunInTx(s.t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return followup.Begin(ctx, tx, []int64{revision}, october.AddDate(0, -3, 0))
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var id string
	if err := s.Owner.NewRaw(`SELECT public_id::text FROM follow_ups`).Scan(s.t.Context(), &id); err != nil {
		s.t.Fatal(err)
	}
	return followUpPath + "/" + id
}

func TestFollowUp_OverdueOnesComeFirstAndEndWithAWord(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	path := s.promise()
	operator := s.as("operator")
	list := operator.get(followUpPath).want(http.StatusOK)
	list.wellFormed("list")
	if text := list.text("main"); !strings.Contains(text, "1 dari 1 tindak lanjut yang berjalan sudah lewat tenggat") || !strings.Contains(text, "Tambah <armada>") {
		t.Errorf("the list says %q", text)
	}
	a := operator.post(path, "aksi", "selesai", "catatan", " ").want(http.StatusUnprocessableEntity)
	a.wellFormed("refused")
	if !strings.Contains(a.text(".problems"), "Tulis apa hasilnya.") {
		t.Errorf("nothing said: %q", a.text(".problems"))
	}
	a = operator.post(path, "aksi", "tenggat", "catatan", "Menunggu lelang.", "tenggat", "besok").want(http.StatusUnprocessableEntity)
	if a.page().Find("#catatan").Text() != "Menunggu lelang." {
		t.Error("what was typed is gone")
	}
	operator.post(path, "aksi", "ngawur", "catatan", "x").want(http.StatusUnprocessableEntity)
	operator.post(path, "aksi", "hentikan", "catatan", "Tidak perlu.").want(http.StatusForbidden)
	s.as("pimpinan").post(path, "aksi", "catat", "catatan", "Tolong dipercepat.").want(http.StatusForbidden)
	operator.post(path, "aksi", "tenggat", "catatan", "Menunggu lelang.", "tenggat", "2026-12-31").want(http.StatusSeeOther)
	operator.post(path, "aksi", "selesai", "catatan", "Dua truk beroperasi.").want(http.StatusSeeOther)
	operator.post(path, "aksi", "catat", "catatan", "Sekali lagi.").want(http.StatusConflict)
	a = operator.get(path).want(http.StatusOK)
	a.wellFormed("detail")
	if text := a.text("main"); !strings.Contains(text, "Dua truk beroperasi.") || strings.Contains(text, "Simpan catatan") {
		t.Errorf("the page says %q", text)
	}
	operator.get(followUpPath + "/00000000-0000-0000-0000-000000000000").want(http.StatusNotFound)
	operator.get(followUpPath + "?status=ngawur").want(http.StatusNotFound)
}

func TestGuide_EveryRoleHasOne(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	for _, login := range []string{"operator", "kepala", "organisasi", "inspektorat", "dprd", "pimpinan", "admin"} {
		v := s.as(login)
		own := v.get(guidePath).want(http.StatusOK)
		own.wellFormed(login)
		if other := v.get(guidePath + "/" + login).want(http.StatusOK); own.text("h1") != other.text("h1") {
			t.Errorf("%s: own guide says %q, want %q", login, own.text("h1"), other.text("h1"))
		}
		// What the guide of a role leads to is there for that role.
		for _, a := range own.page().Find(".guide a").EachIter() {
			href, _ := a.Attr("href")
			if got := v.get(href); got.Status >= http.StatusBadRequest {
				t.Errorf("the guide of %s leads to %s, which answers %d", login, href, got.Status)
			}
		}
	}
	s.as("operator").get(guidePath + "/ngawur").want(http.StatusNotFound)
}
