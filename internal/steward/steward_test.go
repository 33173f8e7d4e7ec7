package steward_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
	"petajalan/seeds"
)

var (
	wib    = time.FixedZone("WIB", 7*60*60)
	before = time.Date(2025, 1, 2, 8, 0, 0, 0, wib)
	now    = time.Date(2026, 10, 2, 8, 0, 0, 0, wib)
)

// world is a database with the plan, as its owner and as the site sees it, and somebody of Bagian Organisasi.
type world struct {
	*postgrestest.Database
	by *account.User
}

func newWorld(t *testing.T) world {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), before); err != nil {
		t.Fatal(err)
	}
	u, err := account.Add(t.Context(), d.Owner, account.NewHasher(), account.NewUser{Login: "organisasi", Name: "Bagian Organisasi", Password: "kucing biru naik sepeda",
		Appointments: []account.Appointment{{Role: account.Reviewer, From: before}}}, before)
	if err != nil {
		t.Fatal(err)
	}
	return world{d, u}
}

// amendment is the whole of what an agency promises for a year, ready to be changed.
func (w world) amendment(t *testing.T, agency string, year int) (*steward.AgencyYear, steward.Amendment) {
	t.Helper()
	y, err := steward.LoadAgencyYear(t.Context(), w.Web, agency, year)
	if err != nil {
		t.Fatal(err)
	}
	a := steward.Amendment{Agency: agency, Year: year, Reason: "anggaran berubah", LegalBasis: "Keputusan Wali Kota 7/2026"}
	for i := range y.Lines {
		l := &y.Lines[i]
		target, steps := l.Text(l.Current())
		a.Lines = append(a.Lines, steward.AmendedLine{Indicator: l.Indicator.Code, Revision: l.Current().Revision, Target: target, Steps: steps, Weight: l.Current().Weight.String()})
	}
	return y, a
}

func (w world) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := w.Owner.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantProblem(t *testing.T, err error, field, words string) {
	t.Helper()
	ps, ok := errors.AsType[steward.Problems](err)
	if !ok {
		t.Fatalf("error %v, want Problems", err)
	}
	for _, p := range ps {
		if p.Field == field && strings.Contains(p.Message, words) {
			return
		}
	}
	t.Errorf("no problem at %q says %q: %v", field, words, ps)
}

func TestAmendingATargetKeepsTheFirstPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.amendment(t, "dispendukcapil", 2026)
	at := -1
	for i, l := range a.Lines {
		if l.Indicator == "TEPAT-WAKTU" {
			at = i
		}
	}
	a.Lines[at].Target = "71,5"
	if err := steward.Amend(t.Context(), w.Web, w.by, a, now); err != nil {
		t.Fatal(err)
	}
	y, again := w.amendment(t, "dispendukcapil", 2026)
	line := y.Lines[at]
	if len(line.Revisions) != 2 || again.Lines[at].Target != "71.5" || line.First().Revision != 1 || line.Current().Reason != "anggaran berubah" {
		t.Errorf("revisions %+v", line.Revisions)
	}
	for i := range y.Lines {
		if i != at && len(y.Lines[i].Revisions) != 1 {
			t.Errorf("%s was amended too", y.Lines[i].Indicator.Code)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM audit_entries WHERE stream = 'roadmap' AND action = 'amend targets'`); n != 1 {
		t.Errorf("%d entries in the trail, want 1", n)
	}
	// The form that was open meanwhile has seen the first revision.
	if err := steward.Amend(t.Context(), w.Web, w.by, a, now); fault.KindOf(err) != fault.Conflict {
		t.Errorf("amended from an old page: %v, want a conflict", err)
	}
}

func TestAnAmendmentIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y, plain := w.amendment(t, "setda", 2026)
	line := map[string]int{}
	for i, l := range plain.Lines {
		line[l.Indicator] = i
	}
	for name, c := range map[string]struct {
		spoil        func(a *steward.Amendment)
		field, words string
	}{
		"no reason":     {func(a *steward.Amendment) { a.Reason = " " }, "alasan", "Isi alasan"},
		"no basis":      {func(a *steward.Amendment) { a.LegalBasis = "" }, "dasar", "Isi dasar hukum"},
		"negative":      {func(a *steward.Amendment) { a.Lines[line["IKM-KOTA"]].Target = "-5" }, "target.IKM-KOTA", "negatif"},
		"wrong grade":   {func(a *steward.Amendment) { a.Lines[line["AKIP-KOTA"]].Target = "ZZ" }, "target.AKIP-KOTA", "tidak ada dalam skala"},
		"weights":       {func(a *steward.Amendment) { a.Lines[0].Weight = "99" }, "", "seharusnya tepat 100"},
		"zero weight":   {func(a *steward.Amendment) { a.Lines[0].Weight = "0" }, "bobot." + plain.Lines[0].Indicator, "lebih dari 0"},
		"nothing":       {func(*steward.Amendment) {}, "", "Tidak ada target yang berubah"},
		"falling":       {func(a *steward.Amendment) { a.Status = "ngawur"; a.Lines[0].Clause = "lain" }, "status", "tidak dapat turun"},
		"steps of none": {func(a *steward.Amendment) { a.Lines[line["AKIP-KOTA"]].Steps = "1;2" }, "langkah.AKIP-KOTA", "steps tidak berlaku"},
	} {
		t.Run(name, func(t *testing.T) {
			a := plain
			a.Lines = append([]steward.AmendedLine(nil), plain.Lines...)
			c.spoil(&a)
			_, err := y.Revise(a, now)
			wantProblem(t, err, c.field, c.words)
		})
	}
}

func TestAYearThatHasEndedIsAmendedByTheOfficialAnnexOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	y, a := w.amendment(t, "setda", 2025)
	a.Lines[0].Clause = "Lampiran resmi"
	_, err := y.Revise(a, now)
	wantProblem(t, err, "target."+a.Lines[0].Indicator, "sudah berakhir")
	a.Status = roadmap.Official
	if revisions, err := y.Revise(a, now); err != nil || len(revisions) != len(a.Lines) {
		t.Errorf("the official annex: %d revisions, error %v", len(revisions), err)
	}
}

func TestOnlyBagianOrganisasiKeepsTheRoadmap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.amendment(t, "setda", 2026)
	head := &account.User{ID: 9, Appointments: []account.Appointment{{Role: account.Head, Agency: "setda"}}}
	if err := steward.Amend(t.Context(), w.Web, head, a, now); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a head amends: %v", err)
	}
	if _, err := steward.StartDraft(t.Context(), w.Web, head, 2027, now); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a head drafts: %v", err)
	}
}

func TestADraftIsEditedComparedAndActivated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id, err := steward.StartDraft(ctx, w.Web, w.by, 2027, now)
	if err != nil {
		t.Fatal(err)
	}
	agencies, err := roadmap.Agencies(ctx, w.Web)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(version int, f func(d *seeds.Document) error) error {
		return steward.EditDraft(ctx, w.Web, w.by, id, version, "uji", now, func(_ context.Context, _ bun.Tx, d *seeds.Document) error { return f(d) })
	}
	err = edit(1, func(d *seeds.Document) error {
		row := seeds.Row{
			"code": "BARU-1", "objective": d.Objectives[0]["code"], "name": "Layanan keliling", "definition": "Banyaknya layanan keliling", "kind": "number", "direction": "naik",
			"consolidation": "sum", "frequency": "triwulanan", "unit": "kali", "decimals": "0", "applies_to": "dlh", "data_source": "unit", "evidence": "laporan", "status": "contoh",
		}
		if err := steward.PutRow(d, seeds.IndicatorsTable, "", row); err != nil {
			return err
		}
		if n := d.FillTargets("BARU-1", agencies, "12", "10", "Rancangan"); n != 3 {
			t.Errorf("filled %d targets, want 3 years", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = edit(2, func(d *seeds.Document) error {
		d.Goals[0]["weight"], d.Goals[1]["weight"] = shift(t, d.Goals[0]["weight"], 5), shift(t, d.Goals[1]["weight"], -5)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := edit(2, func(*seeds.Document) error { return nil }); fault.KindOf(err) != fault.Conflict {
		t.Errorf("edited from an old page: %v", err)
	}
	d, err := steward.LoadDraft(ctx, w.Web, id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := steward.ReviewDraft(ctx, w.Web, d.Document, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Remarks) > 0 {
		t.Fatalf("remarks %v", r.Remarks)
	}
	for _, want := range []string{"1 indikator baru", "3 target baru", "bobot tujuan " + d.Document.Goals[0]["code"], "bobot berubah pada 3 instansi dan tahun"} {
		if !strings.Contains(r.Difference.Sentence(), want) {
			t.Errorf("the difference reads %q, want %q in it", r.Difference.Sentence(), want)
		}
	}
	targets := w.count(t, `SELECT count(*) FROM targets`)
	a := steward.Activation{Status: "resmi", FirstYear: "2027", Reason: "evaluasi tahunan"}
	err = steward.Activate(ctx, w.Web, w.by, id, 3, a, now)
	wantProblem(t, err, "nomor", "Isi nomor peraturan")
	a.RegulationNumber, a.RegulationDate = "Perwali 12/2026", "2026-09-30"
	if err := steward.Activate(ctx, w.Web, w.by, id, 3, a, now); err != nil {
		t.Fatal(err)
	}
	v, err := roadmap.VersionFor(ctx, w.Web, 2027, now.Add(time.Hour))
	if err != nil || v.Number != 2 || v.Status != roadmap.Official {
		t.Errorf("version in force %+v, error %v", v, err)
	}
	if v, err := roadmap.VersionFor(ctx, w.Web, 2026, now.Add(time.Hour)); err != nil || v.Number != 1 {
		t.Errorf("2026 has version %+v, error %v", v, err)
	}
	if n := w.count(t, `SELECT count(*) FROM targets`); n <= targets {
		t.Errorf("%d targets after %d", n, targets)
	}
	uneven := w.count(t, `SELECT count(*) FROM (SELECT s.agency_id, t.year FROM (SELECT DISTINCT ON (series_id, year) * FROM targets ORDER BY series_id, year, revision DESC) t
		JOIN target_series s ON s.id = t.series_id GROUP BY 1, 2 HAVING sum(t.weight) <> 100) u`)
	if uneven != 0 {
		t.Errorf("%d agencies and years do not weigh 100", uneven)
	}
	if err := steward.Discard(ctx, w.Web, w.by, id, 4, now); fault.KindOf(err) != fault.Conflict {
		t.Errorf("what holds is discarded: %v", err)
	}
}

func shift(t *testing.T, weight string, by int) string {
	t.Helper()
	n := 0
	for _, c := range weight {
		if c < '0' || c > '9' {
			t.Fatalf("weight %q is not whole", weight)
		}
		n = n*10 + int(c-'0')
	}
	n += by
	return string(rune('0'+n/10)) + string(rune('0'+n%10))
}

func TestAWorkbookReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, err := seeds.Export(t.Context(), w.Web, 2026)
	if err != nil {
		t.Fatal(err)
	}
	content, err := steward.WriteWorkbook(d)
	if err != nil {
		t.Fatal(err)
	}
	back, remarks, err := steward.ReadWorkbook(content)
	if err != nil || len(remarks) > 0 {
		t.Fatalf("remarks %v, error %v", remarks, err)
	}
	if diff := seeds.Compare(d, back); len(diff.Changes) > 0 {
		t.Errorf("%d rows differ: %v", len(diff.Changes), diff.Changes[:min(5, len(diff.Changes))])
	}
	for _, table := range seeds.Tables {
		if len(d.Rows(table)) != len(back.Rows(table)) {
			t.Errorf("%s has %d rows, want %d", table, len(back.Rows(table)), len(d.Rows(table)))
		}
	}
}

func TestNumbersAreReadAsIndonesiansTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"82,5": "82.5", "1.234,5": "1234.5", "1.234": "1234", "82.5": "82.5", "60,5-85": "60.5-85", "1;2,5;3;4": "1;2.5;3;4", "BB": "BB", "-5": "-5", "1,2,3": "1,2,3",
	} {
		if got := steward.PlainNumbers(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}
