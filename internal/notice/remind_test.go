package notice_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/notice"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/seeds"
)

// newCity is a database with the whole plan, the people of these tests, and the third
// quarter of 2026 open: due on 14 October, closing on the 21st.
func newCity(t *testing.T) (*postgrestest.Database, map[string]int64) {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), october.AddDate(-2, 0, 0)); err != nil {
		t.Fatal(err)
	}
	ids := people(t, d)
	if _, err := roadmap.KeepPeriods(t.Context(), d.Web, wib, october); err != nil {
		t.Fatal(err)
	}
	return d, ids
}

func isWeekday(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }

func at(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 30, 0, 0, wib)
}

// handIn puts reports of the agency into a status, as many as there are for n < 0.
func handIn(t *testing.T, db bun.IDB, agency, status string, n int) {
	t.Helper()
	if n < 0 {
		n = 1000
	}
	run(t, db, `INSERT INTO reports (series_id, year, quarter, status, revision, actual, updated_at)
		SELECT s.id, 2026, 3, ?, 1, 1, now() FROM target_series s JOIN agencies a ON a.id = s.agency_id WHERE a.code = ? ORDER BY s.id LIMIT ?`, status, agency, n)
}

func TestMissingIsWhatTheBoardCounts(t *testing.T) {
	t.Parallel()
	d, _ := newCity(t)
	handIn(t, d.Owner, "dlh", "submitted", 2)
	handIn(t, d.Owner, "dinkes", "verified", -1)
	b, err := scorecard.LoadBoard(t.Context(), d.Web, scorecard.Scope{City: true}, october)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := notice.MissingIn(t.Context(), d.Web, 2026, 3, october)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]notice.Missing{}
	for _, m := range missing {
		listed[m.Agency] = m
	}
	for _, u := range b.Units {
		m, ok := listed[u.Code]
		open := u.Due - u.Submitted - u.HandedIn()
		if want := u.Due > u.HandedIn(); ok != want || ok && (m.Due != u.Due || m.ForHead != u.Submitted || m.Open != open) {
			t.Errorf("%s: missing %+v (%v), the board has due %d, submitted %d, handed in %d", u.Code, m, ok, u.Due, u.Submitted, u.HandedIn())
		}
	}
	if len(missing) < 10 || listed["dlh"].ForHead == 0 || listed["dinkes"].Due != 0 {
		t.Errorf("%d agencies are missing, among them %+v and %+v", len(missing), listed["dlh"], listed["dinkes"])
	}
}

func TestLadderIsClimbedStepByStep(t *testing.T) {
	t.Parallel()
	d, _ := newCity(t)
	// The due date is Wednesday 14 October: T-7 is the 7th, T-1 the 13th, T+1 the 15th, T+7 the
	// 21st, T+14 the 28th.
	for _, tt := range []struct {
		now  time.Time
		want string // steps taken so far by dlh
	}{
		{at(10, 6, 6), ""},
		{at(10, 7, 6), "T-7"},
		{at(10, 8, 6), "T-7"},
		{at(10, 13, 6), "T-7 T-1"},
		{at(10, 14, 6), "T-7 T-1"},
		{at(10, 15, 6), "T-7 T-1 T+1"},
		{at(10, 15, 7), "T-7 T-1 T+1"},
		{at(10, 21, 6), "T-7 T-1 T+1 T+7"},
		{at(10, 29, 6), "T-7 T-1 T+1 T+7 T+14"}, // a day late, as after an outage
		{at(11, 12, 6), "T-7 T-1 T+1 T+7 T+14"},
	} {
		if _, err := notice.Climb(t.Context(), d.Web, isWeekday, tt.now); err != nil {
			t.Fatal(err)
		}
		steps := strings.Join(texts(t, d.Web, `SELECT step FROM reminders WHERE agency_code = 'dlh' ORDER BY id`), " ")
		if steps != tt.want {
			t.Errorf("by %s: %q, want %q", tt.now.Format("2 January 15.04"), steps, tt.want)
		}
	}
	told := texts(t, d.Web, `SELECT u.login || ' ' || count(*) FROM notices n JOIN users u ON u.id = n.user_id WHERE n.key LIKE 'remind%' GROUP BY u.login ORDER BY u.login`)
	want := []string{"kepala.dlh 4", "operator.dinkes 4", "operator.dlh 4", "organisasi 1", "sekda 1"}
	if !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	if text := texts(t, d.Web, `SELECT text FROM notices n JOIN users u ON u.id = n.user_id WHERE u.login = 'sekda'`)[0]; !strings.Contains(text, "instansi belum lengkap") {
		t.Errorf("the Sekda was told %q", text)
	}
}

func TestStepsBeforeTheDueDateFallOnWorkingDays(t *testing.T) {
	t.Parallel()
	d, _ := newCity(t)
	run(t, d.Owner, `UPDATE periods SET due_at = '2026-10-18 17:00+00' WHERE year = 2026 AND quarter = 3`) // Sunday the 18th is the last day in time
	for _, tt := range []struct {
		now  time.Time
		want string
	}{
		{at(10, 9, 6), "T-7"},      // the 11th is a Sunday: Friday before
		{at(10, 16, 6), "T-7 T-1"}, // the 17th is a Saturday
		{at(10, 19, 6), "T-7 T-1 T+1"},
		{at(10, 25, 6), "T-7 T-1 T+1"}, // a Sunday
		{at(10, 26, 6), "T-7 T-1 T+1 T+7"},
	} {
		if _, err := notice.Climb(t.Context(), d.Web, isWeekday, tt.now); err != nil {
			t.Fatal(err)
		}
		if steps := strings.Join(texts(t, d.Web, `SELECT step FROM reminders WHERE agency_code = 'dlh' ORDER BY id`), " "); steps != tt.want {
			t.Errorf("by %s: %q, want %q", tt.now.Format("2 January"), steps, tt.want)
		}
	}
}

func TestWhoeverHasHandedInIsNotReminded(t *testing.T) {
	t.Parallel()
	d, ids := newCity(t)
	handIn(t, d.Owner, "dlh", "approved", -1)
	if _, err := notice.Climb(t.Context(), d.Web, isWeekday, at(10, 7, 6)); err != nil {
		t.Fatal(err)
	}
	if told := texts(t, d.Web, `SELECT DISTINCT u.login FROM notices n JOIN users u ON u.id = n.user_id`); !slices.Equal(told, []string{"operator.dinkes"}) {
		t.Errorf("told %v, want the operator of the other agency", told)
	}
	reminded, err := notice.Remind(t.Context(), d.Web, notice.Reminder{Year: 2026, Quarter: 3, Agencies: []string{"dlh", "dinkes", "none"}, By: ids["organisasi"]}, october)
	if err != nil || !slices.Equal(reminded, []string{"dinkes"}) {
		t.Errorf("Remind = %v, %v, want dinkes alone", reminded, err)
	}
	last, err := notice.LastReminders(t.Context(), d.Web, 2026, 3)
	if _, silent := last["dlh"]; err != nil || silent || !last["dinkes"].Equal(october) {
		t.Errorf("LastReminders: dlh and dinkes %v %v, error %v", last["dlh"], last["dinkes"], err)
	}
}

func TestReminderByHandIsOneLetterADay(t *testing.T) {
	t.Parallel()
	d, ids := newCity(t)
	run(t, d.Owner, `INSERT INTO user_roles (user_id, role, agency_code, valid_from) VALUES (?, 'kepala', 'dinkes', '2026-01-01')`, ids["operator.dlh"])
	ask := func(now time.Time) {
		t.Helper()
		if _, err := notice.Remind(t.Context(), d.Web, notice.Reminder{Year: 2026, Quarter: 3, Agencies: []string{"dlh", "dinkes"}, By: ids["organisasi"]}, now); err != nil {
			t.Fatal(err)
		}
	}
	ask(october)
	ask(october.Add(time.Hour))
	letters := texts(t, d.Owner, `SELECT u.login || ': ' || o.body FROM outbox o JOIN users u ON u.id = o.user_id ORDER BY 1`)
	if len(letters) != 2 || !strings.Contains(letters[1], "Dinas Kesehatan") || !strings.Contains(letters[1], "Dinas Lingkungan Hidup") || !strings.Contains(letters[1], "Batas lapor 14 Oktober 2026.") {
		t.Errorf("letters: %q, want one to the head and one to the operator, about both agencies", letters)
	}
	ask(october.AddDate(0, 0, 1))
	if n := len(texts(t, d.Web, `SELECT key FROM outbox`)); n != 4 {
		t.Errorf("%d letters after the second day, want four", n)
	}
}

func TestDailyLetterBringsWhatIsUnreadOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	tell := func(key string, kind notice.Kind, to ...string) {
		t.Helper()
		n := notice.Note{Key: key, Kind: kind, Text: "Tentang " + key + "."}
		for _, login := range to {
			n.To = append(n.To, ids[login])
		}
		if err := notice.Tell(t.Context(), d.Web, n, october); err != nil {
			t.Fatal(err)
		}
	}
	tell("satu", notice.News, "operator.dlh", "kepala.dlh", "sekda")
	tell("dua", notice.Duty, "operator.dlh", "kepala.dlh")
	tell("tiga", notice.Duty, "sekda")
	// The head reads news no more; the Sekda has read the duty.
	if err := notice.SetNews(t.Context(), d.Web, ids["kepala.dlh"], false, october); err != nil {
		t.Fatal(err)
	}
	run(t, d.Web, `UPDATE notices SET read_at = now() WHERE key = 'tiga'`)
	extra := &notice.Extra{Roles: []string{"admin"}, Text: "Ujung rantai."}
	for range 2 {
		if _, err := notice.Digest(t.Context(), d.Web, extra, october.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	got := texts(t, d.Owner, `SELECT u.login || ' ' || o.may_leave || ': ' || o.body FROM outbox o JOIN users u ON u.id = o.user_id ORDER BY 1`)
	want := []string{
		"admin false: Ujung rantai.",
		"kepala.dlh false: Yang perlu Anda kerjakan atau ketahui:\n- Tentang dua.",
		"operator.dlh true: Yang perlu Anda kerjakan atau ketahui:\n- Tentang dua.\n\nKabar:\n- Tentang satu.",
		"sekda true: Kabar:\n- Tentang satu.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("letters\n%s\nwant\n%s", strings.Join(got, "\n\n"), strings.Join(want, "\n\n"))
	}
	// What came in after the letter of the day waits for the next one.
	tell("empat", notice.Duty, "operator.dlh")
	if n, err := notice.Digest(t.Context(), d.Web, nil, october.Add(2*time.Hour)); err != nil || n != 0 {
		t.Errorf("a second letter on one day: %d, error %v", n, err)
	}
	if n, err := notice.Digest(t.Context(), d.Web, nil, october.AddDate(0, 0, 1)); err != nil || n != 1 {
		t.Errorf("%d letters on the next day, error %v, want one", n, err)
	}
	// The letter with news says how to leave them, in its header too.
	server, c := newMailServer(t, false, false), newClock()
	c.forward(48 * time.Hour)
	post := newPost(t, d.Web, server, c)
	deliver(t, post)
	for _, l := range server.letters() {
		leave := l.header.Get("List-Unsubscribe")
		if brings := strings.Contains(readable(t, l.text), "Kabar:"); brings != (leave != "") {
			t.Errorf("letter to %s: List-Unsubscribe %q, brings news: %v", l.to, leave, brings)
		}
		if leave == "" {
			continue
		}
		token := strings.TrimSuffix(leave[strings.LastIndex(leave, "/")+1:], ">")
		if _, ok := notice.LeaveUser(post.Secret, token); !ok || l.header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Errorf("the way to leave, %s, is not ours", leave)
		}
		if _, ok := notice.LeaveUser(post.Secret, "9"+token); ok {
			t.Error("the token of somebody else is taken")
		}
	}
}

func TestAlertIsALetterAtOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	people(t, d)
	for range 2 {
		if err := notice.Alert(t.Context(), d.Web, "job score dead 1", []string{"admin"}, "Pekerjaan gagal", "Pekerjaan score gagal.", "/kerja/pekerjaan", october); err != nil {
			t.Fatal(err)
		}
	}
	if got := texts(t, d.Web, `SELECT u.login FROM outbox o JOIN users u ON u.id = o.user_id`); !slices.Equal(got, []string{"admin"}) {
		t.Errorf("letters to %v, want one to the admin", got)
	}
	if got := texts(t, d.Web, `SELECT u.login FROM notices o JOIN users u ON u.id = o.user_id`); !slices.Equal(got, []string{"admin"}) {
		t.Errorf("notes to %v, want one to the admin", got)
	}
}
