package exchange_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"petajalan/internal/account"
	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

var (
	wib     = time.FixedZone("WIB", 7*3600)
	october = time.Date(2026, 10, 5, 9, 0, 0, 0, wib)
	quarter = roadmap.Period{Year: 2026, Quarter: 3}
)

// office is a city of two agencies with an indicator of each kind, and its people.
type office struct {
	owner, db *bun.DB // db has the rights of the server
	clerk     *account.User
	clerks    *account.User // operator of both agencies
	stranger  *account.User
	reviewer  *account.User
}

func newOffice(t testing.TB) *office {
	t.Helper()
	return newOfficeOf(t, "dinas-a", "dinas-b")
}

func newOfficeOf(t testing.TB, agencies ...string) *office {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	plan(t, d.Owner, agencies...)
	if _, err := roadmap.EnsurePeriods(t.Context(), d.Owner, roadmap.Period{Year: 2025, Quarter: 1}, roadmap.Period{Year: 2026, Quarter: 4}, roadmap.NewCalendar(wib)); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.OpenDue(t.Context(), d.Owner, october); err != nil {
		t.Fatal(err)
	}
	o := &office{owner: d.Owner, db: d.Web}
	add := func(login string, roles ...account.Appointment) *account.User {
		for i := range roles {
			roles[i].From = time.Date(2025, 1, 1, 0, 0, 0, 0, wib)
		}
		u := &account.User{Login: login, Name: login, Appointments: roles}
		err := d.Owner.NewRaw(`INSERT INTO users (login, name, password_hash, created_at) VALUES (?, ?, 'none', ?) RETURNING id`, login, login, october).Scan(t.Context(), &u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	o.clerk = add("clerk", account.Appointment{Role: account.Operator, Agency: agencies[0]})
	var both []account.Appointment
	for _, a := range agencies {
		both = append(both, account.Appointment{Role: account.Operator, Agency: a})
	}
	o.clerks = add("clerks", both...)
	o.stranger = add("stranger", account.Appointment{Role: account.Operator, Agency: agencies[len(agencies)-1]})
	o.reviewer = add("reviewer", account.Appointment{Role: account.Reviewer})
	return o
}

// plan writes a small plan in which every agency has every indicator.
func plan(t testing.TB, db *bun.DB, agencies ...string) {
	t.Helper()
	for _, q := range []string{
		`INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota', 'test')`,
		`INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
			SELECT code, 'dinas', 'Kantor ' || code, upper(code), '35.72', true, true, '2020-01-01', 'test', 'high' FROM unnest(string_to_array('` + strings.Join(agencies, ",") + `', ',')) AS code`,
		`INSERT INTO roadmap_versions (number, title, first_year, last_year, status, recorded_at) VALUES (1, 'Contoh', 2025, 2029, 'contoh', '2025-01-01Z')`,
		`INSERT INTO goals (version_id, code, name, weight) SELECT id, 'T1', 'Tujuan', 100 FROM roadmap_versions`,
		`INSERT INTO objectives (goal_id, code, name) SELECT id, 'S1', 'Sasaran' FROM goals`,
		`INSERT INTO scales (code, version, name, basis, status, valid_from) VALUES ('akip', 1, 'AKIP', 'test', 'contoh', '2020-01-01')`,
		`INSERT INTO scale_steps (scale_id, ordinal, code, label) SELECT id, n, (ARRAY['D', 'C', 'CC', 'B', 'BB', 'A', 'AA'])[n], 'Mutu ' || n FROM scales, generate_series(1, 7) AS n`,
		`INSERT INTO scales (code, version, name, basis, status, valid_from) VALUES ('bands', 1, 'Skala', 'test', 'contoh', '2020-01-01'), ('words', 1, 'Kata', 'test', 'contoh', '2020-01-01')`,
		`INSERT INTO scale_steps (scale_id, ordinal, code, label, min_value) SELECT s.id, x.n, x.code, x.code, x.low
			FROM scales s JOIN (VALUES ('bands', 1, 'rendah', NULL::numeric), ('bands', 2, 'tinggi', 76), ('words', 1, 'belum', NULL), ('words', 2, 'tercapai', 100)) AS x (scale, n, code, low) ON x.scale = s.code`,
		`INSERT INTO rule_sets (code, revision, formula_version, cap, band_scale_id, word_scale_id, valid_from, basis)
			SELECT 'm1', 1, 1, 100, b.id, w.id, '2020-01-01', 'test' FROM scales b, scales w WHERE b.code = 'bands' AND w.code = 'words'`,
		`INSERT INTO indicators (code) SELECT unnest(ARRAY['FRACTION', 'NUMBER', 'INDEX', 'YEARLY', 'PREDICATE', 'STEPS', 'YESNO', 'RANGE', 'NOTARGET'])`,
		`INSERT INTO indicator_sheets (version_id, indicator_id, objective_id, name, definition, kind, direction, consolidation, frequency, unit, decimals,
				applies_to, numerator_label, denominator_label, data_source, evidence_rule, scale_code, status)
			SELECT v.id, i.id, o.id, 'Nama ' || i.code, 'Arti ' || i.code, x.kind, x.direction, 'last', CASE i.code WHEN 'YEARLY' THEN 'tahunan' ELSE 'triwulanan' END, x.unit, 2,
				'publik', CASE x.kind WHEN 'fraction' THEN 'selesai' ELSE '' END, CASE x.kind WHEN 'fraction' THEN 'masuk' ELSE '' END, '', 'register',
				CASE x.kind WHEN 'predicate' THEN 'akip' ELSE '' END, 'contoh'
			FROM roadmap_versions v, objectives o, indicators i JOIN (VALUES ('FRACTION', 'fraction', 'naik', '%'), ('NUMBER', 'number', 'turun', 'hari'), ('INDEX', 'index', 'naik', '%'), ('YEARLY', 'number', 'naik', 'kali'),
				('PREDICATE', 'predicate', 'predikat', 'predikat'), ('STEPS', 'milestone', 'tahapan', 'tahap'), ('YESNO', 'yesno', 'ya_tidak', 'ya/tidak'), ('RANGE', 'range', 'tepat', 'persen'),
				('NOTARGET', 'number', 'naik', 'kali')) AS x (code, kind, direction, unit) USING (code)`,
		`INSERT INTO indicator_steps (sheet_id, percent, name) SELECT id, p, 'tahap ' || p FROM indicator_sheets, unnest(ARRAY[20, 40, 100]) AS p WHERE kind = 'milestone'`,
		`INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i`,
		`INSERT INTO targets (series_id, year, revision, value, low, high, weight, status, clause, recorded_at)
			SELECT ts.id, y, 1, CASE i.code WHEN 'RANGE' THEN NULL WHEN 'NUMBER' THEN 5 ELSE 1 END, CASE i.code WHEN 'RANGE' THEN 2 END, CASE i.code WHEN 'RANGE' THEN 4 END, 10, 'contoh', 'Pasal 1', '2025-01-01Z'
			FROM target_series ts JOIN indicators i ON i.id = ts.indicator_id, generate_series(2025, 2026) AS y WHERE i.code <> 'NOTARGET'`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%v\n%s", err, q)
		}
	}
}

func num(s string) *decimal.Decimal {
	d := decimal.MustParse(s)
	return &d
}

func key(indicator string) report.Key {
	return report.Key{Agency: "dinas-a", Indicator: indicator, Period: quarter}
}

// save keeps drafts through the front door.
func (o *office) save(t testing.TB, drafts ...report.DraftRow) {
	t.Helper()
	outcomes, err := report.SaveDrafts(t.Context(), o.db, o.clerk, drafts, october)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range outcomes {
		if !x.Saved {
			t.Fatalf("draft of %s was not saved: %+v", x.Key, x)
		}
	}
}

// download is the sheet of the agency as a workbook.
func (o *office) download(t testing.TB, by *account.User, agency string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := exchange.WriteWorksheet(t.Context(), o.db, by, agency, quarter, october, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// change opens a workbook, lets f change it and returns it as a file.
func change(t testing.TB, data []byte, f func(*excelize.File)) []byte {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	f(book)
	var out bytes.Buffer
	if _, err := book.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// columnsOf are the letters of the columns of the sheet by their titles.
var columnsOf = map[string]string{"versi": "C", "indikator": "E", "realisasi": "J", "pembilang": "K", "penyebut": "L", "tidak berlaku": "M", "penyebab": "N", "tenggat": "R"}

// rowsOf are the rows of the indicators in the sheet of one agency, in the order of their codes.
var rowsOf = map[string]int{"FRACTION": 2, "INDEX": 3, "NUMBER": 4, "PREDICATE": 5, "RANGE": 6, "STEPS": 7, "YESNO": 8}

// at is the cell of a column in the row of an indicator.
func at(column, indicator string) string { return fmt.Sprint(columnsOf[column], rowsOf[indicator]) }

// set sets a cell of the sheet.
func set(t testing.TB, f *excelize.File, cell string, value any) {
	t.Helper()
	if err := f.SetCellValue("Isian", cell, value); err != nil {
		t.Fatal(err)
	}
}

// keep hands a file in and returns it with its dry run.
func (o *office) keep(t testing.TB, by *account.User, f exchange.File) (*exchange.File, *exchange.DryRun) {
	t.Helper()
	if f.Kind == "" {
		f.Kind, f.Period = exchange.KindWorksheet, quarter
	}
	if f.Name == "" {
		f.Name = "isian.xlsx"
	}
	id, err := exchange.Keep(t.Context(), o.db, by, f, october)
	if err != nil {
		t.Fatal(err)
	}
	return o.try(t, by, id)
}

func (o *office) try(t testing.TB, by *account.User, id string) (*exchange.File, *exchange.DryRun) {
	t.Helper()
	f, err := exchange.Find(t.Context(), o.db, by, id, october)
	if err != nil {
		t.Fatal(err)
	}
	d, err := exchange.Try(t.Context(), o.db, by, f, wib, october)
	if err != nil {
		t.Fatal(err)
	}
	return f, d
}

func (o *office) confirm(t testing.TB, by *account.User, f *exchange.File, d *exchange.DryRun) (*exchange.Result, error) {
	t.Helper()
	print, err := d.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	return exchange.Confirm(t.Context(), o.db, by, f.ID, print, wib, october)
}

// text is all messages of a level, one a line: "J4: …".
func text(d *exchange.DryRun, level exchange.Level) string {
	var b strings.Builder
	for _, m := range d.Messages {
		if m.Level == level {
			fmt.Fprintf(&b, "%s [%s] %s\n", m.Cell, m.Read, m.Wrong)
		}
	}
	return b.String()
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind || err == nil {
		t.Errorf("%s: %v, want a fault of kind %v", what, err, kind)
	}
}
