package report_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"petajalan/internal/account"
	"petajalan/internal/report"
)

// Every step is a transaction, so fewer lives than usual are led; -rapid.checks asks for more.
func init() {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
}

// model is a report as a person with pencil and paper would keep it.
type model struct {
	status           report.Status
	revision         int
	version          int
	typing           []string // who typed the draft
	typed            []string // who typed the newest revision
	closed, reopened bool
	late             bool
	numerator        int
	events           []string
}

// open says whether anything may move.
func (m *model) open() bool { return !m.closed || m.reopened || m.late }

func (m *model) editable() bool { return m.status == report.Draft || m.status == report.Returned }

// TestReportKeepsToItsModel leads reports through random steps of random people, and after each
// compares what the database says with the model.
func TestReportKeepsToItsModel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	agencies := 0
	rapid.Check(t, func(rt *rapid.T) {
		agencies++
		w := newWorld(t, o, fmt.Sprintf("satuan-%d", agencies))
		for range rapid.IntRange(1, 14).Draw(rt, "steps") {
			step := rapid.SampledFrom(w.steps()).Draw(rt, "step")
			step.do(rt)
			w.compare(rt, step.name)
		}
		w.compareRights(rt)
	})
}

// world is an agency with its people and the model of its report.
type world struct {
	t     *testing.T
	o     *office
	key   report.Key
	now   time.Time
	m     model
	late  int64 // the late entry that holds; 0: none
	users map[string]*account.User
}

func newWorld(t *testing.T, o *office, agency string) *world {
	o.exec(t, `INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
		VALUES (?, 'dinas', 'x', 'x', '35.72', true, true, '2020-01-01', 'test', 'high')`, agency)
	o.exec(t, `INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i WHERE a.code = ? AND i.code = 'FRACTION'`, agency)
	o.exec(t, `INSERT INTO targets (series_id, year, revision, value, weight, status, clause, recorded_at)
		SELECT s.id, 2026, 1, 1, 10, 'contoh', 'Pasal 1', '2025-01-01Z' FROM target_series s JOIN agencies a ON a.id = s.agency_id WHERE a.code = ?`, agency)
	as := func(u *account.User, roles ...account.Role) *account.User {
		copied := *u
		copied.Appointments = nil
		for _, r := range roles {
			a := account.Appointment{Role: r}
			if r.IsLocal() {
				a.Agency = agency
			}
			copied.Appointments = append(copied.Appointments, a)
		}
		return &copied
	}
	return &world{t: t, o: o, key: report.Key{Agency: agency, Indicator: "FRACTION", Period: quarter}, now: october, m: model{status: report.Draft}, users: map[string]*account.User{
		"clerk": as(o.clerk, account.Operator), "head": as(o.head, account.Head), "reviewer": as(o.reviewer, account.Reviewer),
		"both": as(o.both, account.Operator, account.Head, account.Reviewer), "stranger": as(o.stranger, account.Operator),
	}}
}

type worldStep struct {
	name string
	do   func(*rapid.T)
}

func (w *world) steps() []worldStep {
	return []worldStep{
		{"save", w.save}, {"submit", w.submit}, {"submit", w.submit}, {"withdraw", w.withdraw}, {"approve", w.approve}, {"approve", w.approve},
		{"verify", w.verify}, {"verify", w.verify}, {"return", w.giveBack}, {"reopen", w.reopen}, {"close", w.close}, {"grant", w.grant}, {"revoke", w.revoke},
	}
}

// is fails unless a step succeeded exactly when the model allows it.
func (w *world) is(rt *rapid.T, what string, allowed bool, err error) bool {
	if (err == nil) != allowed {
		rt.Fatalf("%s: allowed %v by the model %+v, and the answer was %v", what, allowed, w.m, err)
	}
	return allowed
}

func (w *world) draft(rt *rapid.T) (by string, d report.DraftRow) {
	by = rapid.SampledFrom([]string{"clerk", "both"}).Draw(rt, "by")
	version := w.m.version
	if rapid.IntRange(0, 9).Draw(rt, "stale") == 0 && version > 0 {
		version--
	}
	n := rapid.IntRange(2, 99).Draw(rt, "numerator")
	return by, report.DraftRow{Key: w.key, Version: version, Value: explained(fraction(fmt.Sprint(n), "100"))}
}

func (w *world) wrote(by string, d report.DraftRow) {
	n, _, _ := d.Value.Numerator.Int64(0)
	if w.m.numerator != int(n) || w.m.version == 0 {
		w.m.typing = append(w.m.typing, by)
		w.m.numerator = int(n)
		w.m.version++
	}
}

func (w *world) save(rt *rapid.T) {
	by, d := w.draft(rt)
	out, err := report.SaveDrafts(w.t.Context(), w.o.db, w.users[by], []report.DraftRow{d}, w.now)
	if err != nil {
		rt.Fatal(err)
	}
	n, _, _ := d.Value.Numerator.Int64(0)
	same := w.m.version > 0 && int(n) == w.m.numerator
	allowed := w.m.open() && w.m.editable() && (same || d.Version == w.m.version)
	if out[0].Saved != allowed {
		rt.Fatalf("save of version %d: allowed %v by the model %+v, and the outcome was %+v", d.Version, allowed, w.m, out[0])
	}
	if allowed && !same {
		if last := len(w.m.events) - 1; last < 0 || w.m.events[last] != "saved/0 "+w.users[by].Login {
			w.m.events = append(w.m.events, "saved/0 "+w.users[by].Login)
		}
	}
	if allowed {
		w.wrote(by, d)
	}
}

func (w *world) submit(rt *rapid.T) {
	by, d := w.draft(rt)
	n, _, _ := d.Value.Numerator.Int64(0)
	same := w.m.version > 0 && int(n) == w.m.numerator
	_, err := submit(w.t.Context(), w.o.db, w.users[by], d, w.now)
	if !w.is(rt, "submit", w.m.open() && w.m.editable() && (same || d.Version == w.m.version), err) {
		return
	}
	w.wrote(by, d)
	w.m.revision++
	w.m.typed, w.m.typing = append(w.m.typing, by), nil
	w.moved(report.Submitted, "submitted", by)
}

func (w *world) moved(to report.Status, kind, by string) {
	w.m.status = to
	w.m.version++
	w.m.events = append(w.m.events, fmt.Sprintf("%s/%d %s", kind, w.m.revision, w.users[by].Login))
}

func (w *world) anyone(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"clerk", "head", "reviewer", "both", "both"}).Draw(rt, "by")
}

func (w *world) withdraw(rt *rapid.T) {
	by := w.anyone(rt)
	_, err := report.Withdraw(w.t.Context(), w.o.db, w.users[by], w.key, w.now)
	if w.is(rt, "withdraw", (by == "clerk" || by == "both") && w.m.open() && w.m.status == report.Submitted, err) {
		// What was typed for the revision is what the draft says now.
		w.moved(report.Draft, "withdrawn", by)
	}
}

func (w *world) approve(rt *rapid.T) {
	by := w.anyone(rt)
	_, err := report.Approve(w.t.Context(), w.o.db, w.users[by], w.key, w.now)
	if w.is(rt, "approve", (by == "head" || by == "both") && w.m.open() && w.m.status == report.Submitted && !slices.Contains(w.m.typed, by), err) {
		w.moved(report.Approved, "approved", by)
	}
}

func (w *world) verify(rt *rapid.T) {
	by := w.anyone(rt)
	_, err := report.Verify(w.t.Context(), w.o.db, w.users[by], w.key, "dokumen_diperiksa", w.now)
	if w.is(rt, "verify", (by == "reviewer" || by == "both") && w.m.open() && w.m.status == report.Approved && !slices.Contains(w.m.typed, by), err) {
		w.moved(report.Verified, "verified", by)
		w.m.reopened = false
	}
}

func (w *world) giveBack(rt *rapid.T) {
	by := w.anyone(rt)
	_, err := report.Return(w.t.Context(), w.o.db, w.users[by], w.key, "Cocokkan.", w.now)
	may := by == "head" && w.m.status == report.Submitted || (by == "reviewer" || by == "both") && (w.m.status == report.Submitted || w.m.status == report.Approved)
	if w.is(rt, "return", may && w.m.open(), err) {
		w.moved(report.Returned, "returned", by)
	}
}

func (w *world) reopen(rt *rapid.T) {
	by := w.anyone(rt)
	_, err := report.Reopen(w.t.Context(), w.o.db, w.users[by], w.key, "Salah hitung.", w.now)
	may := (by == "reviewer" || by == "both") && w.m.revision > 0 && !w.m.reopened && (w.m.status == report.Verified || w.m.closed)
	if w.is(rt, "reopen", may, err) {
		w.moved(report.Draft, "reopened", by)
		w.m.reopened = true
	}
}

// close lets the moment of closing pass.
func (w *world) close(*rapid.T) { w.now, w.m.closed = afterwards, true }

func (w *world) grant(rt *rapid.T) {
	if w.late != 0 {
		return
	}
	id, err := report.GrantLateEntry(w.t.Context(), w.o.db, w.users["reviewer"],
		report.LateEntry{Agency: w.key.Agency, Period: quarter, EndsAt: afterwards.AddDate(0, 1, 0), Reason: "Gangguan."}, w.now)
	if err != nil {
		rt.Fatal(err)
	}
	w.late, w.m.late = id, true
}

func (w *world) revoke(rt *rapid.T) {
	err := report.RevokeLateEntry(w.t.Context(), w.o.db, w.users["reviewer"], w.late, w.now)
	if w.is(rt, "revoke", w.late != 0, err) {
		w.late, w.m.late = 0, false
	}
}

// compare holds the database to the model.
func (w *world) compare(rt *rapid.T, step string) {
	var row struct {
		Status            report.Status
		Revision, Version int
		Numerator         *int
		Revisions         int
	}
	err := w.o.owner.NewRaw(`SELECT r.status, r.revision, r.version, r.numerator::int AS numerator, (SELECT count(*) FROM report_revisions WHERE report_id = r.id) AS revisions
		FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id WHERE a.code = ?`, w.key.Agency).Scan(w.t.Context(), &row)
	if w.m.version == 0 {
		if err == nil {
			rt.Fatalf("after %s there is a report", step)
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	if row.Status != w.m.status || row.Revision != w.m.revision || row.Revisions != w.m.revision || row.Version != w.m.version || *row.Numerator != w.m.numerator {
		rt.Fatalf("after %s the report is %+v (%d), the model %+v", step, row, *row.Numerator, w.m)
	}
	var events []string
	err = w.o.owner.NewRaw(`SELECT e.kind || '/' || e.revision || ' ' || u.login FROM report_events e JOIN users u ON u.id = e.by_user JOIN reports r ON r.id = e.report_id
		JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id WHERE a.code = ? ORDER BY e.id`, w.key.Agency).Scan(w.t.Context(), &events)
	if err != nil {
		rt.Fatal(err)
	}
	if !slices.Equal(events, w.m.events) {
		rt.Fatalf("after %s the events are %s, of the model %s", step, strings.Join(events, ", "), strings.Join(w.m.events, ", "))
	}
}

// compareRights holds what a page offers to what the steps allow.
func (w *world) compareRights(rt *rapid.T) {
	for _, by := range []string{"clerk", "head", "reviewer", "both"} {
		sheet, err := report.LoadWorksheet(w.t.Context(), w.o.db, w.users[by], w.key.Agency, quarter, w.now)
		if err != nil {
			rt.Fatal(err)
		}
		r, m := sheet.Row("FRACTION"), &w.m
		clerk, head, reviewer := by == "clerk" || by == "both", by == "head" || by == "both", by == "reviewer" || by == "both"
		typed := slices.Contains(m.typed, by) && m.status != report.Draft && m.status != report.Returned
		want := []bool{
			m.open() && clerk && m.editable(), m.open() && clerk && m.status == report.Submitted, m.open() && head && m.status == report.Submitted && !typed,
			m.open() && reviewer && m.status == report.Approved && !typed,
			m.open() && (head && m.status == report.Submitted || reviewer && (m.status == report.Submitted || m.status == report.Approved)),
			reviewer && m.revision > 0 && !m.reopened && (m.status == report.Verified || m.closed),
		}
		if got := []bool{r.MayEdit, r.MayWithdraw, r.MayApprove, r.MayVerify, r.MayReturn, r.MayReopen}; !slices.Equal(got, want) {
			rt.Fatalf("%s is offered %v (edit, withdraw, approve, verify, return, reopen), the model %+v says %v", by, got, *m, want)
		}
	}
}
