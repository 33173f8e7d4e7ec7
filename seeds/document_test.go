package seeds_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"petajalan/seeds"
)

func exported(t *testing.T, db *bun.DB, firstYear int) *seeds.Document {
	t.Helper()
	d, err := seeds.Export(t.Context(), db, firstYear)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// next makes the document the version after the one that is stored, from a year on.
func next(d *seeds.Document, year string) {
	d.Version["version"], d.Version["first_year"] = "2", year
}

func check(t *testing.T, db *bun.DB, d *seeds.Document) (remarks seeds.Remarks) {
	t.Helper()
	err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) (err error) {
		remarks, err = seeds.Check(ctx, tx, d, later)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return remarks
}

func TestAnExportedRoadmapIsAVersionWithoutAnyChange(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	d := exported(t, db, 2026)
	if len(d.Goals) != 5 || len(d.Indicators) != 44 || len(d.Targets) != 788*4 || len(d.Services) != 82 {
		t.Fatalf("exported %d goals, %d indicators, %d targets, %d services", len(d.Goals), len(d.Indicators), len(d.Targets), len(d.Services))
	}
	next(d, "2026")
	if remarks := check(t, db, d); remarks != nil {
		t.Fatalf("remarks %v", remarks[:min(3, len(remarks))])
	}
	var s seeds.Summary
	err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) (err error) {
		s, err = seeds.Activate(ctx, tx, d, seeds.Amendment{Reason: "versi baru", LegalBasis: "uji"}, later)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !s.NewVersion || s.NewTargets+s.NewRevisions+s.NewStandards+s.NewOfferings+s.NewerElsewhere != 0 {
		t.Errorf("summary %+v, want a new version and nothing else", s)
	}
	again := exported(t, db, 2026)
	if d := seeds.Compare(d, again); len(d.Changes) != 0 {
		t.Errorf("what was activated differs from what is exported: %v", d.Changes[:min(5, len(d.Changes))])
	}
}

func TestActivatingAVersionAmendsWhatItChangesAndSaysWhy(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	d := exported(t, db, 2027)
	then := d.Clone()
	next(d, "2027")
	d.Version["status"], d.Version["regulation_number"], d.Version["regulation_date"] = "resmi", "Perwali 9/2026", "2026-09-01"
	at := d.Find(seeds.TargetsTable, "setda AKIP-KOTA 2027")
	d.Targets[at]["target"] = "AA"
	gone := d.Indicators[len(d.Indicators)-1]["code"]
	d.Indicators = d.Indicators[:len(d.Indicators)-1]
	d.Targets = slices.DeleteFunc(d.Targets, func(r seeds.Row) bool { return r["indicator"] == gone })
	diff := seeds.Compare(&then, d)
	if s := diff.Sentence(); !strings.Contains(s, "1 indikator dihapus") || !strings.Contains(s, "1 target berubah") {
		t.Errorf("the difference reads %q", s)
	}
	err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := seeds.Activate(ctx, tx, d, seeds.Amendment{Reason: "lampiran resmi", LegalBasis: "Perwali 9/2026"}, later)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := revisions(t, db, "setda", "AKIP-KOTA", 2027)
	if len(r) != 2 || r[1].Reason != "lampiran resmi" || r[1].LegalBasis != "Perwali 9/2026" {
		t.Errorf("revisions %+v", r)
	}
	if r := revisions(t, db, "setda", "AKIP-KOTA", 2026); len(r) != 1 {
		t.Errorf("a year before the version was amended: %+v", r)
	}
}

func TestTheDocumentIsRefusedAtTheCellThatIsWrong(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	for name, c := range map[string]struct {
		spoil func(d *seeds.Document)
		table seeds.Table
		row   int
		key   string
		what  string
	}{
		"weights of goals":   {func(d *seeds.Document) { d.Goals[1]["weight"] = "99" }, seeds.GoalsTable, -1, "", "jumlah bobot tujuan"},
		"negative target":    {func(d *seeds.Document) { d.Targets[3]["target"] = "-4" }, seeds.TargetsTable, 3, "target", "negatif"},
		"unknown agency":     {func(d *seeds.Document) { d.Targets[2]["agency"] = "ngawur" }, seeds.TargetsTable, 2, "agency", "tidak ada"},
		"fraction average":   {func(d *seeds.Document) { spoilFraction(d) }, seeds.IndicatorsTable, -2, "consolidation", "dirata-rata"},
		"missing definition": {func(d *seeds.Document) { d.Indicators[5]["definition"] = "" }, seeds.IndicatorsTable, 5, "definition", "kosong"},
		"duration":           {func(d *seeds.Document) { d.Services[0]["duration_value"] = "0" }, seeds.ServicesTable, 0, "duration_value", "jangka waktu"},
		"year that ended":    {func(d *seeds.Document) { *d = *exported(t, db, 2025); next(d, "2025") }, seeds.VersionTable, 0, "first_year", "tidak sesudah"},
		"same version":       {func(d *seeds.Document) { d.Version["version"] = "0" }, seeds.VersionTable, 0, "version", "1 atau lebih"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := exported(t, db, 2026)
			next(d, "2026")
			c.spoil(d)
			remarks := check(t, db, d)
			if !slices.ContainsFunc(remarks, func(r seeds.Remark) bool {
				return r.Table == c.table && (r.Row == c.row || c.row == -2) && r.Key == c.key && strings.Contains(r.What, c.what)
			}) {
				t.Errorf("no remark at %s %d %s says %q: %+v", c.table, c.row, c.key, c.what, remarks[:min(5, len(remarks))])
			}
		})
	}
}

func spoilFraction(d *seeds.Document) {
	for _, r := range d.Indicators {
		if r["kind"] == "fraction" {
			r["consolidation"] = "average"
			return
		}
	}
}
