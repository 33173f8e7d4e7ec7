package inspection_test

import (
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/inspection"
	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
)

var (
	wib      = time.FixedZone("WIB", 7*3600)
	october  = time.Date(2026, 10, 10, 9, 0, 0, 0, wib)
	november = time.Date(2026, 11, 5, 9, 0, 0, 0, wib)
)

// city is a city of 20 agencies with 5 verified values each, of 2026-TW3, which closes on 21 October.
type city struct {
	owner, db                                *bun.DB
	inspector, colleague, reviewer, operator *account.User
}

func newCity(t *testing.T) *city {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	for _, q := range []string{
		`INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota', 'test')`,
		`INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
			SELECT code, 'dinas', code, code, '35.72', true, true, '2020-01-01', 'test', 'high'
			FROM (SELECT 'inspektorat' AS code UNION ALL SELECT 'unit-' || n FROM generate_series(1, 19) AS n) x`,
		`INSERT INTO roadmap_versions (number, title, first_year, last_year, status, recorded_at) VALUES (1, 'Contoh', 2025, 2029, 'contoh', '2025-01-01Z')`,
		`INSERT INTO goals (version_id, code, name, weight) SELECT id, 'T1', 'Tujuan', 100 FROM roadmap_versions`,
		`INSERT INTO objectives (goal_id, code, name) SELECT id, 'S1', 'Sasaran' FROM goals`,
		`INSERT INTO indicators (code) SELECT 'IND-' || n FROM generate_series(1, 5) AS n UNION ALL SELECT 'UJI-PETIK'`,
		`INSERT INTO indicator_sheets (version_id, indicator_id, objective_id, name, definition, kind, direction, consolidation, frequency, unit, decimals,
				applies_to, numerator_label, denominator_label, data_source, evidence_rule, scale_code, status)
			SELECT v.id, i.id, o.id, i.code, '', 'fraction', 'naik', 'sum', 'triwulanan', '%', 2, 'publik', 'a', 'b', '', '', '', 'contoh'
			FROM roadmap_versions v, objectives o, indicators i`,
		`INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i WHERE (i.code = 'UJI-PETIK') <= (a.code = 'inspektorat')`,
		`INSERT INTO targets (series_id, year, revision, value, weight, status, clause, recorded_at)
			SELECT ts.id, y, 1, 90, 10, 'contoh', 'Pasal 1', '2025-01-01Z' FROM target_series ts, generate_series(2025, 2026) AS y`,
		`INSERT INTO reports (series_id, year, quarter, status, revision, numerator, denominator, updated_at)
			SELECT ts.id, 2026, 3, 'verified', 1, 9, 10, '2026-10-10Z' FROM target_series ts JOIN indicators i ON i.id = ts.indicator_id WHERE i.code <> 'UJI-PETIK'`,
		`INSERT INTO report_revisions (report_id, revision, numerator, denominator, handed_in_at) SELECT id, 1, 9, 10, '2026-10-08Z' FROM reports`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role, evidence_grade) SELECT id, 1, 'verified', '2026-10-10Z', 'organisasi', 'dokumen_diperiksa' FROM reports`,
	} {
		if _, err := d.Owner.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%v\n%s", err, q)
		}
	}
	cal := roadmap.NewCalendar(wib)
	if _, err := roadmap.EnsurePeriods(t.Context(), d.Owner, roadmap.Period{Year: 2026, Quarter: 3}, roadmap.Period{Year: 2026, Quarter: 4}, cal); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.OpenDue(t.Context(), d.Owner, october); err != nil {
		t.Fatal(err)
	}
	hasher := account.NewHasher()
	add := func(login string, a account.Appointment) *account.User {
		a.From = time.Date(2025, 1, 1, 0, 0, 0, 0, wib)
		u, err := account.Add(t.Context(), d.Owner, hasher, account.NewUser{Login: login, Name: login, Password: "kunci-untuk-uji-coba-9", Appointments: []account.Appointment{a}}, october)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	return &city{
		owner: d.Owner, db: d.Web,
		inspector: add("inspektur", account.Appointment{Role: account.Inspector}),
		colleague: add("rekan", account.Appointment{Role: account.Inspector}),
		reviewer:  add("organisasi", account.Appointment{Role: account.Reviewer}),
		operator:  add("operator", account.Appointment{Role: account.Operator, Agency: "unit-1"}),
	}
}

// close closes what is to be closed in November.
func (c *city) close(t *testing.T) {
	t.Helper()
	if _, err := roadmap.CloseDue(t.Context(), c.owner, november); err != nil {
		t.Fatal(err)
	}
}

func (c *city) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := c.owner.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v (%s), want %s", what, err, fault.KindOf(err), kind)
	}
}

func TestASampleIsDrawnOnceAndCanBeRedone(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	_, err := inspection.Draw(t.Context(), c.db, c.reviewer, quarter, october)
	wantKind(t, "draw while the quarter is open", err, fault.Conflict)
	c.close(t)
	_, err = inspection.Draw(t.Context(), c.db, c.operator, quarter, november)
	wantKind(t, "draw as an operator", err, fault.Forbidden)
	s, err := inspection.Draw(t.Context(), c.db, c.reviewer, quarter, november)
	if err != nil {
		t.Fatal(err)
	}
	if s.Population != 100 || s.Size != 12 {
		t.Errorf("%d of %d drawn, want 12 of 100", s.Size, s.Population)
	}
	_, err = inspection.Draw(t.Context(), c.db, c.reviewer, quarter, november)
	wantKind(t, "draw again", err, fault.Conflict)
	if s, err := inspection.DrawClosed(t.Context(), c.db, november); s != nil || err != nil {
		t.Errorf("the job drew %v (%v) though there is a sample", s, err)
	}

	kept, members, err := inspection.Members(t.Context(), c.db, c.inspector, quarter)
	if err != nil {
		t.Fatal(err)
	}
	var all []inspection.Candidate
	for _, m := range members {
		all = append(all, m.Candidate)
	}
	again, err := inspection.Select(kept.Seed, kept.Rule, all)
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		if again[i] != members[i] {
			t.Fatalf("place %d: drawn again %+v, kept %+v", i, again[i], members[i])
		}
	}
	if n := c.count(t, `SELECT count(*) FROM audit_entries WHERE stream = 'publish' AND action = 'draw spot check'`); n != 1 {
		t.Errorf("%d entries in the trail, want 1", n)
	}
}

func TestTheJobDrawsWhatHasClosed(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	if s, err := inspection.DrawClosed(t.Context(), c.db, october); s != nil || err != nil {
		t.Fatalf("drew %v (%v) of an open quarter", s, err)
	}
	c.close(t)
	s, err := inspection.DrawClosed(t.Context(), c.db, november)
	if err != nil || s == nil || s.Period != quarter || !s.ByJob {
		t.Fatalf("drew %+v, %v", s, err)
	}
}

func TestResultsFeedTheReportAndAWrongOneIsTold(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	c.close(t)
	if _, err := inspection.Draw(t.Context(), c.db, c.reviewer, quarter, november); err != nil {
		t.Fatal(err)
	}
	record := func(by *account.User, f inspection.Finding) error {
		f.Period = quarter
		return inspection.Record(t.Context(), c.db, by, f, november)
	}
	wantKind(t, "record as Bagian Organisasi", record(c.reviewer, inspection.Finding{Place: 1, Correct: true}), fault.Forbidden)
	wantKind(t, "a wrong value without a note", record(c.inspector, inspection.Finding{Place: 1}), fault.Invalid)
	wantKind(t, "a place there is not", record(c.inspector, inspection.Finding{Place: 13, Correct: true}), fault.NotFound)
	if err := record(c.inspector, inspection.Finding{Place: 1, Correct: true}); err != nil {
		t.Fatal(err)
	}
	if err := record(c.inspector, inspection.Finding{Place: 2, Note: "Berkas menunjukkan 7 dari 10."}); err != nil {
		t.Fatal(err)
	}
	var fed struct{ Numerator, Denominator, Quarter int }
	err := c.owner.NewRaw(`SELECT f.numerator::int, f.denominator::int, f.quarter FROM feed_values f JOIN target_series ts ON ts.id = f.series_id
		JOIN indicators i ON i.id = ts.indicator_id WHERE i.code = 'UJI-PETIK' AND f.source = ? ORDER BY f.id DESC LIMIT 1`, inspection.Source).Scan(t.Context(), &fed)
	if err != nil || fed.Numerator != 1 || fed.Denominator != 2 || fed.Quarter != 4 {
		t.Errorf("fed %+v (%v), want 1 of 2 in the fourth quarter", fed, err)
	}
	if n := c.count(t, `SELECT count(*) FROM notices WHERE user_id = ? AND text LIKE '%7 dari 10%'`, c.reviewer.ID); n != 1 {
		t.Errorf("Bagian Organisasi has %d notices of the wrong value, want 1", n)
	}

	// A result is corrected by one more, with a reason.
	wantKind(t, "change without having seen the result", record(c.colleague, inspection.Finding{Place: 2, Correct: true}), fault.Conflict)
	wantKind(t, "change without a reason", record(c.colleague, inspection.Finding{Place: 2, Correct: true, LastKnown: 1}), fault.Invalid)
	if err := record(c.colleague, inspection.Finding{Place: 2, Correct: true, LastKnown: 1, Reason: "Berkasnya tertukar."}); err != nil {
		t.Fatal(err)
	}
	s, items, err := inspection.Load(t.Context(), c.db, c.inspector, quarter)
	if err != nil {
		t.Fatal(err)
	}
	if s.Checked != 2 || s.Wrong != 0 || len(items) != 12 || len(items[1].Results) != 2 || !items[1].Newest().Correct || items[1].Results[0].Correct {
		t.Errorf("sample %+v, second value %+v", s, items[1].Results)
	}
	_, err = c.owner.ExecContext(t.Context(), `UPDATE spot_results SET correct = true`)
	if postgres.SQLState(err) != "42501" {
		t.Errorf("change a result in place: %v, want it refused", err)
	}
	_, _, err = inspection.Load(t.Context(), c.db, c.operator, quarter)
	wantKind(t, "read as an operator", err, fault.Forbidden)
}

func TestTwoInspectorsAtOnceLeaveOneResult(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	c.close(t)
	if _, err := inspection.Draw(t.Context(), c.db, c.reviewer, quarter, november); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, by := range []*account.User{c.inspector, c.colleague} {
		wg.Go(func() {
			errs[i] = inspection.Record(t.Context(), c.db, by, inspection.Finding{Period: quarter, Place: 1, Correct: true}, november)
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("both: %v, %v; want one to be told", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil {
			wantKind(t, "the slower one", err, fault.Conflict)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM spot_results`); n != 1 {
		t.Errorf("%d results, want 1", n)
	}
}
