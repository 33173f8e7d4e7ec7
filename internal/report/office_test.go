package report_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// The moments of these tests: 2026-TW3 opens on 1 October, is due at the end of
// the 14th and closes at the end of the 21st.
var (
	wib        = time.FixedZone("WIB", 7*3600)
	september  = time.Date(2026, 9, 30, 23, 0, 0, 0, wib)
	october    = time.Date(2026, 10, 5, 9, 0, 0, 0, wib)
	late       = time.Date(2026, 10, 19, 9, 0, 0, 0, wib)
	afterwards = time.Date(2026, 11, 5, 9, 0, 0, 0, wib)
)

var quarter = roadmap.Period{Year: 2026, Quarter: 3}

// office is a city of two agencies with an indicator of each kind, and the
// people who report on them.
type office struct {
	owner, db *bun.DB // db has the rights of the server
	clerk     *account.User
	head      *account.User
	both      *account.User // operator and head at once
	stranger  *account.User // operator of the other agency
	reviewer  *account.User
	council   *account.User
}

func newOffice(t *testing.T) *office {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	plan(t, d.Owner, "dinas-a", "dinas-b")
	cal := roadmap.NewCalendar(wib)
	if _, err := roadmap.EnsurePeriods(t.Context(), d.Owner, roadmap.Period{Year: 2025, Quarter: 1}, roadmap.Period{Year: 2026, Quarter: 4}, cal); err != nil {
		t.Fatal(err)
	}
	o := &office{owner: d.Owner, db: d.Web}
	o.at(t, october)
	hasher := account.NewHasher()
	add := func(login string, roles ...account.Appointment) *account.User {
		for i := range roles {
			roles[i].From = time.Date(2025, 1, 1, 0, 0, 0, 0, wib)
		}
		u, err := account.Add(t.Context(), d.Owner, hasher, account.NewUser{Login: login, Name: login, Password: "kunci-untuk-uji-coba-9", Appointments: roles}, october)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	o.clerk = add("clerk", account.Appointment{Role: account.Operator, Agency: "dinas-a"})
	o.head = add("head", account.Appointment{Role: account.Head, Agency: "dinas-a"})
	o.both = add("both", account.Appointment{Role: account.Operator, Agency: "dinas-a"}, account.Appointment{Role: account.Head, Agency: "dinas-a"}, account.Appointment{Role: account.Reviewer})
	o.stranger = add("stranger", account.Appointment{Role: account.Operator, Agency: "dinas-b"})
	o.reviewer = add("reviewer", account.Appointment{Role: account.Reviewer})
	o.council = add("council", account.Appointment{Role: account.Council})
	return o
}

// plan writes a small plan in which every agency has every indicator.
func plan(t testing.TB, db *bun.DB, agencies ...string) {
	t.Helper()
	for _, q := range []string{
		`INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota', 'test')`,
		`INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
			SELECT code, 'dinas', code, code, '35.72', true, true, '2020-01-01', 'test', 'high' FROM unnest(string_to_array('` + strings.Join(agencies, ",") + `', ',')) AS code`,
		`INSERT INTO roadmap_versions (number, title, first_year, last_year, status, recorded_at) VALUES (1, 'Contoh', 2025, 2029, 'contoh', '2025-01-01Z')`,
		`INSERT INTO goals (version_id, code, name, weight) SELECT id, 'T1', 'Tujuan', 100 FROM roadmap_versions`,
		`INSERT INTO objectives (goal_id, code, name) SELECT id, 'S1', 'Sasaran' FROM goals`,
		`INSERT INTO scales (code, version, name, basis, status, valid_from) VALUES ('akip', 1, 'AKIP', 'test', 'contoh', '2020-01-01')`,
		`INSERT INTO scale_steps (scale_id, ordinal, code, label) SELECT id, n, 'G' || n, 'Grade ' || n FROM scales, generate_series(1, 7) AS n`,
		`INSERT INTO scales (code, version, name, basis, status, valid_from) SELECT unnest(ARRAY['bands', 'words']), 1, 'Skala', 'test', 'contoh', '2020-01-01'`,
		`INSERT INTO scale_steps (scale_id, ordinal, code, label, min_value) SELECT s.id, x.n, x.code, x.label, x.min_value
			FROM scales s JOIN (VALUES ('bands', 1, 'rendah', 'Rendah', NULL::numeric), ('bands', 2, 'tinggi', 'Tinggi', 76), ('words', 1, 'belum', 'Belum tercapai', NULL),
				('words', 2, 'hampir', 'Hampir tercapai', 90), ('words', 3, 'tercapai', 'Tercapai', 100)) AS x (scale, n, code, label, min_value) ON x.scale = s.code`,
		`INSERT INTO rule_sets (code, revision, formula_version, cap, band_scale_id, word_scale_id, valid_from, basis)
			SELECT 'm1', 1, 1, 120, b.id, w.id, '2020-01-01', 'test' FROM scales b, scales w WHERE b.code = 'bands' AND w.code = 'words'`,
		`INSERT INTO indicators (code) SELECT unnest(ARRAY['FRACTION', 'NUMBER', 'YEARLY', 'PREDICATE', 'STEPS', 'YESNO', 'NOTARGET'])`,
		`INSERT INTO indicator_sheets (version_id, indicator_id, objective_id, name, definition, kind, direction, consolidation, frequency, unit, decimals,
				applies_to, numerator_label, denominator_label, data_source, evidence_rule, scale_code, status)
			SELECT v.id, i.id, o.id, i.code, '', x.kind, x.direction, 'last', CASE i.code WHEN 'YEARLY' THEN 'tahunan' ELSE 'triwulanan' END, '', 2,
				'publik', CASE x.kind WHEN 'fraction' THEN 'a' ELSE '' END, CASE x.kind WHEN 'fraction' THEN 'b' ELSE '' END, '', '',
				CASE x.kind WHEN 'predicate' THEN 'akip' ELSE '' END, 'contoh'
			FROM roadmap_versions v, objectives o, indicators i JOIN (VALUES ('FRACTION', 'fraction', 'naik'), ('NUMBER', 'number', 'turun'), ('YEARLY', 'number', 'naik'),
				('PREDICATE', 'predicate', 'predikat'), ('STEPS', 'milestone', 'tahapan'), ('YESNO', 'yesno', 'ya_tidak'), ('NOTARGET', 'number', 'naik')) AS x (code, kind, direction) USING (code)`,
		`INSERT INTO indicator_steps (sheet_id, percent, name) SELECT id, p, 'step' FROM indicator_sheets, unnest(ARRAY[20, 40, 100]) AS p WHERE kind = 'milestone'`,
		`INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i`,
		`INSERT INTO targets (series_id, year, revision, value, weight, status, clause, recorded_at)
			SELECT ts.id, y, 1, 1, 10, 'contoh', 'Pasal 1', '2025-01-01Z' FROM target_series ts JOIN indicators i ON i.id = ts.indicator_id, generate_series(2025, 2026) AS y WHERE i.code <> 'NOTARGET'`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%v\n%s", err, q)
		}
	}
}

// newBenchOffice is a city of n agencies.
func newBenchOffice(b *testing.B, n int) *bun.DB {
	b.Helper()
	agencies := make([]string, n)
	for i := range agencies {
		agencies[i] = fmt.Sprintf("unit-%d", i)
	}
	db := postgrestest.New(b)
	plan(b, db, agencies...)
	return db
}

// at opens and closes periods as of the moment.
func (o *office) at(t *testing.T, now time.Time) {
	t.Helper()
	if _, err := roadmap.OpenDue(t.Context(), o.owner, now); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.CloseDue(t.Context(), o.owner, now); err != nil {
		t.Fatal(err)
	}
}

func key(indicator string) report.Key {
	return report.Key{Agency: "dinas-a", Indicator: indicator, Period: quarter}
}

func num(s string) *decimal.Decimal {
	d := decimal.MustParse(s)
	return &d
}

func fraction(n, d string) report.Value {
	return report.Value{Numerator: num(n), Denominator: num(d)}
}

// entry is a report as it is handed in, from scratch.
func entry(v report.Value) report.DraftRow {
	return report.DraftRow{Key: key("FRACTION"), Value: explained(v)}
}

// explained is v with everything that a value off target asks for.
func explained(v report.Value) report.Value {
	due := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	if v.Note == "" {
		v.Note = "Loket tutup dua pekan."
	}
	v.Obstacle, v.NextStep, v.NextStepOwner, v.NextStepDue = "Petugas kurang.", "Menambah petugas.", "Sekretariat", &due
	return v
}

// submit hands in one row and gives the report as it then is. A row that somebody else changed,
// or that is locked, is a conflict, and any other problem invalid.
func submit(ctx context.Context, db *bun.DB, by *account.User, d report.DraftRow, now time.Time) (*report.Report, error) {
	problems, err := report.SubmitAll(ctx, db, by, d.Agency, d.Period, []report.DraftRow{d}, submissionID(), now)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		kind := fault.Invalid
		if problems[0].Theirs != nil {
			kind = fault.Conflict
		}
		return nil, fault.New(kind, "%s", problems[0].Text)
	}
	r := &report.Report{Key: d.Key}
	err = db.NewRaw(`SELECT r.id, r.status, r.revision, r.version, r.numerator FROM reports r JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id WHERE a.code = ? AND i.code = ? AND r.year = ? AND r.quarter = ?`,
		d.Agency, d.Indicator, d.Period.Year, d.Period.Quarter).Scan(ctx, &r.ID, &r.Status, &r.Revision, &r.Version, &r.Value.Numerator)
	return r, err
}

// submissionID is a fresh name of a form.
func submissionID() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", submissions.Add(1)) }

var submissions atomic.Int64

// must is for the steps that lead up to what is tested.
func must(t *testing.T) func(*report.Report, error) *report.Report {
	t.Helper()
	return func(r *report.Report, err error) *report.Report {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want || (want != fault.Internal && fault.MessageOf(err) == "") {
		t.Errorf("%s: kind %v (error: %v), want %v", what, fault.KindOf(err), err, want)
	}
}

// events gives the log of a report as "kind/revision".
func (o *office) events(t *testing.T) string {
	t.Helper()
	var kinds []string
	if err := o.db.NewRaw(`SELECT kind || '/' || revision FROM report_events ORDER BY id`).Scan(t.Context(), &kinds); err != nil {
		t.Fatal(err)
	}
	return strings.Join(kinds, " ")
}

func TestReportGoesThroughAllSteps(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, is := t.Context(), must(t)
	k := key("FRACTION")

	r := is(submit(ctx, o.db, o.clerk, entry(fraction("80", "100")), october))
	if r.Status != report.Submitted || r.Revision != 1 || r.Version != 2 {
		t.Errorf("handed in: %+v", r)
	}
	r = is(report.Withdraw(ctx, o.db, o.clerk, k, october))
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("81", "100")), Version: r.Version}, october))
	is(report.Approve(ctx, o.db, o.head, k, october))
	r = is(report.Return(ctx, o.db, o.reviewer, k, "Lampirkan rekap register.", october))
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("82", "100")), Version: r.Version}, late))
	is(report.Approve(ctx, o.db, o.head, k, late))
	r = is(report.Verify(ctx, o.db, o.reviewer, k, "dokumen_diperiksa", late))
	if r.Status != report.Verified || r.Revision != 3 || !r.Value.Numerator.Equal(*num("82")) {
		t.Errorf("verified: %+v", r)
	}

	o.at(t, afterwards)
	_, err := submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("83", "100")), Version: r.Version}, afterwards)
	wantKind(t, "Submit into a closed period", err, fault.Invalid)
	r = is(report.Reopen(ctx, o.db, o.reviewer, k, "Salah hitung.", afterwards))
	if r.Status != report.Draft {
		t.Errorf("reopened: %+v", r)
	}
	_, err = report.Reopen(ctx, o.db, o.reviewer, k, "Sekali lagi.", afterwards)
	wantKind(t, "Reopen twice", err, fault.Conflict)
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("79", "100")), Version: r.Version}, afterwards))
	is(report.Approve(ctx, o.db, o.head, k, afterwards))
	is(report.Verify(ctx, o.db, o.reviewer, k, "dokumen_diperiksa", afterwards))
	_, err = report.Withdraw(ctx, o.db, o.clerk, k, afterwards)
	wantKind(t, "Withdraw from a closed period", err, fault.Conflict)

	want := "submitted/1 withdrawn/1 submitted/2 approved/2 returned/2 submitted/3 approved/3 verified/3 reopened/3 submitted/4 approved/4 verified/4"
	if got := o.events(t); got != want {
		t.Errorf("events:\n%s, want\n%s", got, want)
	}
	var figures string
	if err := o.db.NewRaw(`SELECT string_agg(trim_scale(numerator)::text, ' ' ORDER BY revision) FROM report_revisions`).Scan(ctx, &figures); err != nil {
		t.Fatal(err)
	}
	if figures != "80 81 82 79" {
		t.Errorf("revisions keep %s, want every figure handed in", figures)
	}
}

func TestStepsThatAreNotAllowed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, is := t.Context(), must(t)
	k := key("FRACTION")
	first := entry(fraction("80", "100"))

	_, err := submit(ctx, o.db, o.head, first, october)
	wantKind(t, "Submit by the head", err, fault.Forbidden)
	_, err = submit(ctx, o.db, o.stranger, first, october)
	wantKind(t, "Submit by another agency", err, fault.Forbidden)
	_, err = submit(ctx, o.db, o.council, first, october)
	wantKind(t, "Submit by the council", err, fault.Forbidden)
	_, err = submit(ctx, o.db, nil, first, october)
	wantKind(t, "Submit by nobody", err, fault.Forbidden)
	_, err = report.Approve(ctx, o.db, o.head, k, october)
	wantKind(t, "Approve before it is handed in", err, fault.NotFound)
	_, err = submit(ctx, o.db, o.clerk, report.DraftRow{Key: report.Key{Agency: "dinas-a", Indicator: "FRACTION", Period: quarter.Next()}, Value: first.Value}, october)
	wantKind(t, "Submit before the period opens", err, fault.Invalid)
	_, err = submit(ctx, o.db, o.clerk, report.DraftRow{Key: key("YEARLY"), Value: report.Value{Actual: num("1")}}, october)
	wantKind(t, "Submit what is not due", err, fault.Invalid)
	_, err = submit(ctx, o.db, o.clerk, report.DraftRow{Key: key("NOTARGET"), Value: report.Value{Actual: num("1")}}, october)
	wantKind(t, "Submit what has no target", err, fault.Invalid)
	_, err = submit(ctx, o.db, o.clerk, report.DraftRow{Key: key("UNKNOWN"), Value: report.Value{Actual: num("1")}}, october)
	wantKind(t, "Submit an unknown indicator", err, fault.Invalid)
	if got := o.events(t); got != "" {
		t.Errorf("refused steps left %s", got)
	}

	is(submit(ctx, o.db, o.clerk, first, october))
	_, err = submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: fraction("1", "2"), Version: 1}, october)
	wantKind(t, "Submit twice", err, fault.Conflict)
	_, err = report.Verify(ctx, o.db, o.reviewer, k, "pernyataan", october)
	wantKind(t, "Verify before the head approved", err, fault.Conflict)
	_, err = report.Approve(ctx, o.db, o.clerk, k, october)
	wantKind(t, "Approve by the operator", err, fault.Forbidden)
	_, err = report.Return(ctx, o.db, o.head, k, " ", october)
	wantKind(t, "Return without a reason", err, fault.Invalid)
	_, err = report.Reopen(ctx, o.db, o.reviewer, k, "Terlalu dini.", october)
	wantKind(t, "Reopen what is under way", err, fault.Conflict)
	is(report.Approve(ctx, o.db, o.head, k, october))
	_, err = report.Withdraw(ctx, o.db, o.clerk, k, october)
	wantKind(t, "Withdraw what is approved", err, fault.Conflict)
	_, err = report.Return(ctx, o.db, o.head, k, "Lupa.", october)
	wantKind(t, "Return by the head of what is approved", err, fault.Conflict)
	_, err = report.Verify(ctx, o.db, o.reviewer, k, "bagus", october)
	wantKind(t, "Verify with an unknown grade", err, fault.Invalid)
	_, err = report.Verify(ctx, o.db, o.head, k, "pernyataan", october)
	wantKind(t, "Verify by the head", err, fault.Forbidden)
	if got, want := o.events(t), "submitted/1 approved/1"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
}

func TestNobodyChecksTheirOwnFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, is := t.Context(), must(t)
	k := key("FRACTION")
	is(submit(ctx, o.db, o.both, entry(fraction("80", "100")), october))
	_, err := report.Approve(ctx, o.db, o.both, k, october)
	wantKind(t, "Approve one's own figures", err, fault.Forbidden)
	is(report.Approve(ctx, o.db, o.head, k, october))
	_, err = report.Verify(ctx, o.db, o.both, k, "pernyataan", october)
	wantKind(t, "Verify one's own figures", err, fault.Forbidden)
	r := is(report.Return(ctx, o.db, o.reviewer, k, "Hitung ulang.", october))
	// The next figures are another person's, so the first one may check them.
	is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(fraction("70", "100")), Version: r.Version}, october))
	is(report.Approve(ctx, o.db, o.both, k, october))
	is(report.Verify(ctx, o.db, o.both, k, "pernyataan", october))
}

func TestEditorsNoticeEachOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const editors = 8
	errs := make(chan error, editors)
	for i := range editors {
		go func() {
			_, err := submit(t.Context(), o.db, o.clerk, entry(fraction(fmt.Sprint(i), "100")), october)
			errs <- err
		}()
	}
	won := 0
	for range editors {
		if err := <-errs; err == nil {
			won++
		} else {
			wantKind(t, "Submit at the same moment", err, fault.Conflict)
		}
	}
	if got := o.events(t); won != 1 || got != "submitted/1" {
		t.Errorf("%d of %d won, events %s; want one", won, editors, got)
	}
}

func TestValuesThatAnIndicatorCannotHave(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, tt := range []struct {
		name, indicator string
		value           report.Value
	}{
		{"NegativeNumerator", "FRACTION", fraction("-1", "100")},
		{"NegativeDenominator", "FRACTION", fraction("0", "-1")},
		{"NothingOfSomething", "FRACTION", fraction("1", "0")},
		{"NumeratorAlone", "FRACTION", report.Value{Numerator: num("1")}},
		{"DenominatorAlone", "FRACTION", report.Value{Denominator: num("1")}},
		{"PercentageForFraction", "FRACTION", report.Value{Actual: num("80")}},
		{"NothingAtAll", "FRACTION", report.Value{}},
		{"FractionForNumber", "NUMBER", fraction("1", "2")},
		{"EmptyNumber", "NUMBER", report.Value{Note: "nanti"}},
		{"FiveDecimals", "NUMBER", report.Value{Actual: num("1.00001")}},
		{"TooLarge", "NUMBER", report.Value{Actual: num("100000000000000")}},
		{"NotApplicableWithoutReason", "NUMBER", report.Value{NotApplicable: true, Note: " "}},
		{"NotApplicableWithFigure", "NUMBER", report.Value{NotApplicable: true, Note: "tidak ada", Actual: num("1")}},
		{"UnknownGrade", "PREDICATE", report.Value{Actual: num("8")}},
		{"GradeZero", "PREDICATE", report.Value{Actual: num("0")}},
		{"HalfAGrade", "PREDICATE", report.Value{Actual: num("2.5")}},
		{"StepThatIsNone", "STEPS", report.Value{Actual: num("30")}},
		{"Perhaps", "YESNO", report.Value{Actual: num("0.5")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := submit(t.Context(), o.db, o.clerk, report.DraftRow{Key: key(tt.indicator), Value: tt.value}, october)
			wantKind(t, "Submit", err, fault.Invalid)
		})
	}
	if got := o.events(t); got != "" {
		t.Fatalf("refused values left %s", got)
	}
	for i, ok := range []report.DraftRow{
		{Key: key("FRACTION"), Value: explained(fraction("0", "0"))},
		{Key: key("NUMBER"), Value: report.Value{Actual: num("-3.5000")}},
		{Key: key("PREDICATE"), Value: report.Value{Actual: num("7")}},
		{Key: key("STEPS"), Value: report.Value{Actual: num("40.00")}},
		{Key: key("YESNO"), Value: report.Value{NotApplicable: true, Note: "Belum ada layanan."}},
	} {
		if !ok.Value.NotApplicable {
			ok.Value = explained(ok.Value)
		}
		if r, err := submit(t.Context(), o.db, o.clerk, ok, october); err != nil || r.Revision != 1 {
			t.Errorf("value %d: %+v, %v", i, r, err)
		}
	}
}
