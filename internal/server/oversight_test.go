package server

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/audit"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/internal/schedule"
)

// withJob gives the site a ledger of one job.
func withJob(c *Config, d *postgrestest.Database) {
	var err error
	c.Jobs, err = schedule.NewLedger(schedule.Config{DB: d.Web, Zone: wib, Log: c.Log, Jobs: []schedule.Job{{
		Name: "score", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll,
		Run: func(context.Context, postgres.Tx, time.Time) (string, error) { return "two runs", nil },
	}}})
	if err != nil {
		panic(err)
	}
}

func withSecret(c *Config, _ *postgrestest.Database) {
	c.LeaveSecret = []byte("0123456789abcdef0123456789abcdef")
}

func TestJobIsAskedForPausedAndResumed(t *testing.T) {
	t.Parallel()
	s := newTestSite(t, withJob)
	admin := s.as("admin")
	admin.get("/kerja/pekerjaan").want(http.StatusOK).wellFormed("/kerja/pekerjaan")
	admin.post("/kerja/pekerjaan", "aksi", "jalankan", "pekerjaan", "score").want(http.StatusSeeOther)
	admin.post("/kerja/pekerjaan", "aksi", "jalankan", "pekerjaan", "score").want(http.StatusConflict)
	admin.post("/kerja/pekerjaan", "aksi", "jalankan", "pekerjaan", "lain").want(http.StatusNotFound)
	if n, err := s.server.cfg.Jobs.Work(t.Context()); err != nil || n != 1 {
		t.Fatalf("worked %d slots, error %v, want the one asked for", n, err)
	}
	if body := admin.get("/kerja/pekerjaan").Body; !strings.Contains(body, "two runs") || !strings.Contains(body, "diminta petugas") {
		t.Error("the page does not show how the job went")
	}
	admin.post("/kerja/pekerjaan", "aksi", "jeda", "pekerjaan", "score", "alasan", " ").want(http.StatusUnprocessableEntity)
	admin.post("/kerja/pekerjaan", "aksi", "jeda", "pekerjaan", "score", "alasan", "menunggu data").want(http.StatusSeeOther)
	if body := admin.get("/kerja/pekerjaan").Body; !strings.Contains(body, "menunggu data") || !strings.Contains(body, "Petugas admin") {
		t.Error("the page does not say why the job is paused, and by whom")
	}
	admin.post("/kerja/pekerjaan", "aksi", "lanjutkan", "pekerjaan", "score").want(http.StatusSeeOther)
	admin.post("/kerja/pekerjaan", "aksi", "lanjutkan", "pekerjaan", "score").want(http.StatusConflict)
	var trail string
	if err := s.Web.NewRaw(`SELECT string_agg(action || ' ' || object, ', ' ORDER BY seq) FROM audit_entries WHERE stream = 'jobs'`).Scan(t.Context(), &trail); err != nil {
		t.Fatal(err)
	}
	if want := "run job score, pause job score, resume job score"; trail != want {
		t.Errorf("trail %q, want %q", trail, want)
	}
}

func TestTrailIsFilteredCheckedAndDownloaded(t *testing.T) {
	t.Parallel()
	s := newTestSite(t, withJob)
	admin := s.as("admin")
	admin.post("/kerja/pekerjaan", "aksi", "jalankan", "pekerjaan", "score").want(http.StatusSeeOther)
	err := s.Web.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{Stream: "dlh", At: october, Action: "save draft", Object: "=HYPERLINK(1)", After: map[string]string{"note": "<b>"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	inspector := s.as("inspektorat")
	inspector.get("/kerja/jejak").want(http.StatusOK).wellFormed("/kerja/jejak")
	a := inspector.get("/kerja/jejak?aliran=jobs&tindakan=run+job&siapa=admin&objek=SCORE&dari=2026-10-13&sampai=2026-10-13").want(http.StatusOK)
	if n := a.page().Find("tbody tr").Length(); n != 1 || !strings.Contains(a.text("tbody"), "menjalankan pekerjaan") {
		t.Errorf("%d entries, the first %q", n, a.text("tbody tr"))
	}
	if inspector.get("/kerja/jejak?dari=kemarin").want(http.StatusUnprocessableEntity).text(".problems") == "" {
		t.Error("a day that is none is not told")
	}
	inspector.get("/kerja/jejak?sesudah=x").want(http.StatusNotFound)

	// The id of a request stands in the trail and in the log.
	id := a.page().Find("tbody .detail").Text()
	_, id, _ = strings.Cut(id, "permintaan ")
	id = strings.Fields(id)[0]
	if !strings.Contains(s.log.String(), `"request_id":"`+id+`"`) {
		t.Errorf("the log has no request %q", id)
	}

	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(inspector.get("/kerja/jejak/unduh?bentuk=csv&aliran=dlh").want(http.StatusOK).Body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][9] != "'=HYPERLINK(1)" {
		t.Errorf("CSV %q, error %v, want one entry whose formula does nothing", rows, err)
	}
	var line struct{ Object, Action string }
	if err := json.Unmarshal([]byte(inspector.get("/kerja/jejak/unduh?bentuk=jsonl&aliran=dlh").want(http.StatusOK).Body), &line); err != nil || line.Object != "=HYPERLINK(1)" {
		t.Errorf("JSON %+v, error %v", line, err)
	}
	inspector.get("/kerja/jejak/unduh?bentuk=xml").want(http.StatusNotFound)

	if text := inspector.get("/kerja/jejak/periksa").want(http.StatusOK).text(".notice"); !strings.Contains(text, "Rantai utuh") {
		t.Errorf("the check says %q", text)
	}
	exec(t, s.Owner, `ALTER TABLE audit_entries DISABLE TRIGGER USER`)
	exec(t, s.Owner, `UPDATE audit_entries SET action = 'other' WHERE stream = 'dlh'`)
	if text := inspector.get("/kerja/jejak/periksa").want(http.StatusOK).text(".problems"); !strings.Contains(text, "Aliran dlh, nomor 1") {
		t.Errorf("after tampering the check says %q", text)
	}
}

func TestNotesAreReadAndNewsLeft(t *testing.T) {
	t.Parallel()
	s := newTestSite(t, withSecret)
	tell := func(key, href string) {
		t.Helper()
		n := notice.Note{Key: key, Kind: notice.Duty, Text: "Tentang " + key + ".", Href: href, Roles: []string{"operator"}, Agency: "dlh"}
		if err := notice.Tell(t.Context(), s.Web, n, october); err != nil {
			t.Fatal(err)
		}
	}
	tell("satu", "/kerja/kalender")
	tell("dua", "")
	operator := s.as("operator")
	a := operator.get("/kerja/pemberitahuan").want(http.StatusOK)
	a.wellFormed("/kerja/pemberitahuan")
	if h := a.text("h1"); h != "2 pemberitahuan belum dibaca" || !strings.Contains(a.text("nav"), "Pemberitahuan (2)") {
		t.Errorf("heading %q, menu %q", h, a.text("nav"))
	}
	first := a.page().Find(".inbox input[name=id]").Last().AttrOr("value", "")
	// Nobody marks the notes of somebody else.
	s.as("kepala").post("/kerja/pemberitahuan", "aksi", "dibaca", "id", first).want(http.StatusSeeOther)
	if a := operator.post("/kerja/pemberitahuan", "aksi", "buka", "id", first).want(http.StatusSeeOther); a.Header.Get("Location") != "/kerja/kalender" {
		t.Errorf("the note leads to %q", a.Header.Get("Location"))
	}
	if h := operator.get("/kerja/pemberitahuan").text("h1"); h != "1 pemberitahuan belum dibaca" {
		t.Errorf("after reading one: %q", h)
	}
	operator.post("/kerja/pemberitahuan", "aksi", "semua").want(http.StatusSeeOther)
	if a := operator.get("/kerja/pemberitahuan?tampil=semua"); a.text("h1") != "Tidak ada pemberitahuan baru" || a.page().Find(".inbox li").Length() != 2 {
		t.Errorf("after reading all: %q with %d notes", a.text("h1"), a.page().Find(".inbox li").Length())
	}

	// Out of a letter, without a session: looking changes nothing, sending does, as a mail program would.
	var id int64
	if err := s.Web.NewRaw(`SELECT id FROM users WHERE login = 'operator'`).Scan(t.Context(), &id); err != nil {
		t.Fatal(err)
	}
	wants := func() bool {
		t.Helper()
		w, err := notice.WantsNews(t.Context(), s.Web, id)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	path := notice.LeavePath + notice.LeaveToken(s.server.cfg.LeaveSecret, id)
	stranger := s.visitor()
	stranger.get(path).want(http.StatusOK).wellFormed("leaving news")
	if !wants() {
		t.Error("looking at the page ended the news")
	}
	stranger.post(path, "List-Unsubscribe", "One-Click").want(http.StatusOK)
	if wants() {
		t.Error("the news go on")
	}
	stranger.post(path+"0", "List-Unsubscribe", "One-Click").want(http.StatusNotFound)
	operator.post("/kerja/pemberitahuan", "aksi", "kabar", "kabar", "ya").want(http.StatusSeeOther)
	if !wants() {
		t.Error("the news do not come back")
	}
}

func TestWebhookShowsItsSecretOnce(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	admin := s.as("admin")
	if p := admin.post("/kerja/pemberitahuan/webhook", "aksi", "tambah", "nama", "WhatsApp", "alamat", "http://pesan.example").want(http.StatusUnprocessableEntity); !strings.Contains(p.text(".field__problem"), "https://") {
		t.Errorf("an address without TLS: %q", p.text(".problems"))
	}
	secret := admin.post("/kerja/pemberitahuan/webhook", "aksi", "tambah", "nama", "WhatsApp", "alamat", "https://pesan.example/x").want(http.StatusCreated).text(".one-time")
	a := admin.get("/kerja/pemberitahuan/webhook").want(http.StatusOK)
	a.wellFormed("webhooks")
	if len(secret) < 32 || strings.Contains(a.Body, secret) {
		t.Errorf("the secret %q is short or shown again", secret)
	}
	admin.post("/kerja/pemberitahuan/webhook", "aksi", "matikan", "id", a.page().Find("input[name=id]").AttrOr("value", "")).want(http.StatusSeeOther)
	if !strings.Contains(admin.get("/kerja/pemberitahuan/webhook").Body, "dimatikan") {
		t.Error("the webhook is still told")
	}
}

func TestCalendarIsMoved(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	q3, q4 := roadmap.Period{Year: 2026, Quarter: 3}, roadmap.Period{Year: 2026, Quarter: 4}
	if _, err := roadmap.EnsurePeriods(t.Context(), s.Owner, q3, q4, roadmap.NewCalendar(wib)); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.OpenDue(t.Context(), s.Owner, october); err != nil {
		t.Fatal(err)
	}
	organisasi := s.as("organisasi")
	for _, path := range []string{"/kerja/kalender", "/kerja/kalender/2026-TW3", "/kerja/kalender/2026-TW4", "/kerja/kalender/izin", "/kerja/pengecualian"} {
		organisasi.get(path).want(http.StatusOK).wellFormed(path)
	}
	a := organisasi.post("/kerja/kalender/2026-TW3", "aksi", "pindah", "batas", "2026-10-40", "ditutup", "2026-10-21", "terbit", "2026-10-31", "alasan", "")
	a.want(http.StatusUnprocessableEntity).wellFormed("calendar with problems")
	if n := a.page().Find(".field__problem").Length(); n != 2 || a.page().Find("#batas").AttrOr("value", "") != "2026-10-40" {
		t.Errorf("%d problems at fields, want two, with what was typed kept", n)
	}
	organisasi.post("/kerja/kalender/2026-TW3", "aksi", "tutup", "alasan-sekarang", "x").want(http.StatusConflict)
	organisasi.post("/kerja/kalender/2026-TW3", "aksi", "pindah", "batas", "2026-10-16", "ditutup", "2026-10-21", "terbit", "2026-10-31", "alasan", "jaringan padam").want(http.StatusSeeOther)
	if text := organisasi.get("/kerja/kalender").text(".due"); !strings.Contains(text, "16 Oktober 2026") {
		t.Errorf("the calendar says %q", text)
	}
	operator := s.as("operator")
	if text := operator.get("/kerja/pemberitahuan").text(".inbox"); !strings.Contains(text, "batas lapor 16 Oktober 2026") || !strings.Contains(text, "jaringan padam") {
		t.Errorf("the operator is told %q", text)
	}
	if organisasi.get("/kerja/kalender").page().Find("a[href='/kerja/kalender/2026-TW3']").Length() == 0 ||
		operator.get("/kerja/kalender").want(http.StatusOK).page().Find("a[href='/kerja/kalender/2026-TW3']").Length() != 0 {
		t.Error("the way to change a period is not where it should be")
	}
	s.at(october.AddDate(0, 0, 4))
	organisasi = s.as("organisasi")
	organisasi.post("/kerja/kalender/2026-TW3", "aksi", "tutup", "alasan-sekarang", "semua lengkap").want(http.StatusSeeOther)
	organisasi.post("/kerja/kalender/2026-TW3", "aksi", "pindah", "batas", "2026-10-20", "ditutup", "2026-10-21", "terbit", "2026-10-31", "alasan", "x").want(http.StatusConflict)
}

func TestLeaveToReportLateIsGivenAndTakenBack(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	organisasi := s.as("organisasi")
	a := organisasi.post("/kerja/kalender/izin", "aksi", "beri", "instansi", "", "periode", "", "sampai", "besok", "alasan", "jaringan padam")
	a.want(http.StatusUnprocessableEntity).wellFormed("leave with problems")
	if n := a.page().Find(".field__problem").Length(); n != 3 || a.text("#alasan") != "jaringan padam" {
		t.Errorf("%d problems at fields, want three, with the reason kept: %q", n, a.text("#alasan"))
	}
	organisasi.post("/kerja/kalender/izin", "aksi", "beri", "instansi", "dlh", "indikator", "", "periode", "2026-TW3", "sampai", "2026-11-25", "alasan", "jaringan padam").want(http.StatusSeeOther)
	a = organisasi.get("/kerja/kalender/izin").want(http.StatusOK)
	a.wellFormed("leaves")
	if text := a.text(".reports"); !strings.Contains(text, "sampai 25 November 2026") || !strings.Contains(text, "Berlaku") {
		t.Errorf("the list says %q", text)
	}
	id := a.page().Find(".reports input[name=id]").AttrOr("value", "")
	s.as("operator.dlh").post("/kerja/kalender/izin", "aksi", "cabut", "id", id).want(http.StatusForbidden)
	organisasi.post("/kerja/kalender/izin", "aksi", "cabut", "id", id).want(http.StatusSeeOther)
	organisasi.post("/kerja/kalender/izin", "aksi", "cabut", "id", id).want(http.StatusConflict)

	organisasi.post("/kerja/pengecualian", "aksi", "beri", "instansi", "dlh", "indikator", "SKM-RTL", "dari", "2026-10-01", "sampai", "2026-12-31", "alasan", "Kantor direnovasi.").want(http.StatusSeeOther)
	a = s.as("operator.dlh").get("/kerja/pengecualian").want(http.StatusOK)
	if text := a.text(".reports"); !strings.Contains(text, "Kantor direnovasi.") || a.page().Find("form input[name=id]").Length() != 0 {
		t.Errorf("the operator reads %q", text)
	}
}
