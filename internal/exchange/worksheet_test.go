package exchange_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// valueOf draws a value that the indicator can have, or a part of one.
func valueOf(t *rapid.T, indicator string) report.Value {
	number := func(name string) *decimal.Decimal {
		d := decimal.MustNew(rapid.Int64Range(0, 9_999_999_999).Draw(t, name), rapid.IntRange(0, 4).Draw(t, name+" decimals")).Trim(0)
		return &d
	}
	words := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[=+@'a-zA-Z0-9 .,;:"<&%\-]{0,40}`), rapid.SampledFrom([]string{"=1+1", "'=x", "+62", "-", "@a", "baris\nkedua", "n/a", "<b>&amp;", "ﬁ 😀 é"}))
	v := report.Value{Note: strings.TrimSpace(words.Draw(t, "note")), Obstacle: strings.TrimSpace(words.Draw(t, "obstacle")), NextStep: strings.TrimSpace(words.Draw(t, "step")), NextStepOwner: strings.TrimSpace(words.Draw(t, "owner"))}
	if rapid.Bool().Draw(t, "has a day") {
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 1500).Draw(t, "day"))
		v.NextStepDue = &day
	}
	if rapid.IntRange(0, 4).Draw(t, "empty") == 0 {
		return v
	}
	switch indicator {
	case "FRACTION":
		v.Numerator, v.Denominator = number("numerator"), number("denominator")
		if v.Denominator.IsZero() {
			v.Numerator = num("0")
		}
	case "PREDICATE":
		v.Actual = num(rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7"}).Draw(t, "grade"))
	case "STEPS":
		v.Actual = num(rapid.SampledFrom([]string{"0", "20", "40", "100"}).Draw(t, "step"))
	case "YESNO":
		v.Actual = num(rapid.SampledFrom([]string{"0", "1"}).Draw(t, "yes"))
	default:
		v.Actual = number("actual")
		if rapid.Bool().Draw(t, "negative") {
			*v.Actual = v.Actual.Neg()
		}
	}
	return v
}

func TestSheetHandedBackUntouchedChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rapid.Check(t, func(r *rapid.T) {
		var stored []struct {
			Code    string
			Version int
		}
		if err := o.db.NewRaw(`SELECT i.code, r.version FROM reports r JOIN target_series s ON s.id = r.series_id JOIN indicators i ON i.id = s.indicator_id`).Scan(t.Context(), &stored); err != nil {
			r.Fatal(err)
		}
		versions := map[string]int{}
		for _, x := range stored {
			versions[x.Code] = x.Version
		}
		var drafts []report.DraftRow
		for _, indicator := range slices.Sorted(maps.Keys(rowsOf)) {
			drafts = append(drafts, report.DraftRow{Key: key(indicator), Version: versions[indicator], Value: valueOf(r, indicator)})
		}
		if _, err := report.SaveDrafts(t.Context(), o.db, o.clerk, drafts, october); err != nil {
			r.Fatal(err)
		}
		for _, c := range []struct {
			agency string
			data   []byte
		}{{"dinas-a", o.download(t, o.clerk, "dinas-a")}, {"", o.download(t, o.clerk, "")}} {
			book, err := exchange.Read(c.data)
			if err != nil {
				r.Fatal(err)
			}
			if len(book.Sheets) == 0 || book.Sheets[0].At(1, 1).Text != "FRACTION" {
				r.Fatalf("the sheet does not begin with its codes")
			}
			_, d := o.keep(t, o.clerk, exchange.File{Agency: c.agency, Content: c.data, Kind: exchange.KindWorksheet, Period: quarter})
			if len(d.Changes) > 0 || d.CountOf(exchange.Mistake) > 0 || d.Ask || d.Read != len(rowsOf) {
				r.Fatalf("an untouched sheet of %q: %d read, changes %+v, mistakes %s", c.agency, d.Read, d.Changes, text(d, exchange.Mistake))
			}
		}
	})
}

func TestDownloadIsPrefilledLockedAndHasRules(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.save(t, report.DraftRow{Key: key("INDEX"), Value: report.Value{Actual: num("11.5"), Note: "=HYPERLINK(1)"}})
	err := report.AddFeedValues(t.Context(), o.db, o.reviewer, []report.FeedValue{{Key: key("NUMBER"), Source: "SIAK", Value: report.Value{Actual: num("4")}, SHA256: strings.Repeat("ab", 32)}}, october)
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(o.download(t, o.clerk, "dinas-a")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{
		"A2": "dinas-a", "B2": "FRACTION", at("realisasi", "INDEX"): "11.5", at("penyebab", "INDEX"): "'=HYPERLINK(1)",
		at("realisasi", "NUMBER"): "4", "T4": "SIAK, 5 Oktober 2026", "S4": "belum diisi", "H6": "2 sampai 4",
	} {
		if got, err := f.GetCellValue("Isian", cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
	}
	kind, err := f.GetCellType("Isian", at("realisasi", "INDEX"))
	if err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("a number is kept as type %v (%v)", kind, err)
	}
	if formula, _ := f.GetCellFormula("Isian", at("penyebab", "INDEX")); formula != "" {
		t.Errorf("a note became the formula %q", formula)
	}
	rules, err := f.GetDataValidations("Isian")
	if err != nil {
		t.Fatal(err)
	}
	covered := ""
	for _, r := range rules {
		covered += " " + r.Sqref + " "
	}
	for _, cell := range []string{at("pembilang", "FRACTION"), at("realisasi", "NUMBER"), at("realisasi", "PREDICATE"), at("realisasi", "STEPS"), at("realisasi", "YESNO"), at("tenggat", "YESNO"), at("tidak berlaku", "INDEX")} {
		if !strings.Contains(covered, " "+cell+" ") {
			t.Errorf("cell %s has no rule (%s)", cell, covered)
		}
	}
	if p, err := f.GetSheetProtection("Isian"); err != nil || !p.SelectLockedCells && p.AlgorithmName == "" && !p.AutoFilter {
		t.Errorf("the sheet is not protected: %+v (%v)", p, err)
	}
	if visible, _ := f.GetColVisible("Isian", "B"); visible {
		t.Error("the column of codes is not hidden")
	}
}

func TestOthersDoNotSeeDraftsInTheSheet(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.save(t, report.DraftRow{Key: key("INDEX"), Value: report.Value{Actual: num("11.5"), Note: "rahasia"}})
	book, err := exchange.Read(o.download(t, o.reviewer, ""))
	if err != nil {
		t.Fatal(err)
	}
	s := book.Sheets[0]
	if got := len(s.Rows); got != 1+2*len(rowsOf) {
		t.Errorf("%d rows for the reviewer, want the header and both agencies", got)
	}
	for _, row := range s.Rows {
		for _, c := range row {
			if c.Text == "rahasia" || c.Text == "11.5" {
				t.Errorf("the draft of an agency stands in the reviewer's sheet")
			}
		}
	}
	var out bytes.Buffer
	wantKind(t, "sheet of a foreign agency", exchange.WriteWorksheet(t.Context(), o.db, o.stranger, "dinas-a", quarter, october, &out), fault.NotFound)
}

func TestConfirmKeepsDraftsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	data := change(t, o.download(t, o.clerk, "dinas-a"), func(f *excelize.File) {
		set(t, f, at("realisasi", "NUMBER"), 4.25)
		set(t, f, at("pembilang", "FRACTION"), 90)
		set(t, f, at("penyebut", "FRACTION"), 100)
		set(t, f, at("realisasi", "PREDICATE"), "BB – Mutu 5")
		set(t, f, at("realisasi", "YESNO"), "entah")
	})
	f, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: data})
	if len(d.Changes) != 3 || d.Refused != 1 {
		t.Fatalf("%d changes and %d refused, want 3 and 1\n%s", len(d.Changes), d.Refused, text(d, exchange.Mistake))
	}
	var n int
	if err := o.db.NewRaw(`SELECT count(*) FROM reports`).Scan(t.Context(), &n); err != nil || n != 0 {
		t.Fatalf("%d reports before the confirmation (%v)", n, err)
	}
	for range 2 {
		result, err := o.confirm(t, o.clerk, f, d)
		if err != nil {
			t.Fatal(err)
		}
		if result.Saved != 3 || result.Refused != 1 {
			t.Errorf("result %+v, want 3 saved and 1 refused", result)
		}
	}
	var rows []string
	err := o.db.NewRaw(`SELECT concat_ws(' ', i.code, r.status, r.version, trim_scale(r.actual), trim_scale(r.numerator), trim_scale(r.denominator)) FROM reports r
		JOIN target_series s ON s.id = r.series_id JOIN indicators i ON i.id = s.indicator_id ORDER BY 1`).Scan(t.Context(), &rows)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(rows, "|"), "FRACTION draft 1 90 100|NUMBER draft 1 4.25|PREDICATE draft 1 5"; got != want {
		t.Errorf("reports %s, want %s", got, want)
	}
	var trail string
	if err := o.db.NewRaw(`SELECT string_agg(action, ',') FROM audit_entries WHERE action LIKE 'import%'`).Scan(t.Context(), &trail); err != nil || trail != "import laporan" {
		t.Errorf("trail %q (%v)", trail, err)
	}
}

func TestConfirmKeepsOnlyWhatWasShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	data := change(t, o.download(t, o.clerk, "dinas-a"), func(f *excelize.File) { set(t, f, at("realisasi", "NUMBER"), 4) })
	f, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: data})
	o.save(t, report.DraftRow{Key: key("NUMBER"), Value: report.Value{Actual: num("9")}})
	_, err := o.confirm(t, o.clerk, f, d)
	if !errors.Is(err, exchange.ErrChanged) {
		t.Fatalf("Confirm after somebody else saved: %v, want ErrChanged", err)
	}
	_, d = o.try(t, o.clerk, f.ID)
	if d.Conflicts != 1 || len(d.Changes) != 0 || !strings.Contains(text(d, exchange.Warning), "Di program sekarang: 9") {
		t.Errorf("%d conflicts, %d changes: %s", d.Conflicts, len(d.Changes), text(d, exchange.Warning))
	}
	if err := exchange.Choose(t.Context(), o.db, o.clerk, f.ID, exchange.Choices{Overwrite: true}, october); err != nil {
		t.Fatal(err)
	}
	f, d = o.try(t, o.clerk, f.ID)
	if result, err := o.confirm(t, o.clerk, f, d); err != nil || result.Saved != 1 {
		t.Errorf("overwriting: %+v, %v", result, err)
	}
}

func TestOnlyTheirOwnAgencyMayImport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	data := o.download(t, o.clerk, "dinas-a")
	_, err := exchange.Keep(t.Context(), o.db, o.stranger, exchange.File{Kind: exchange.KindWorksheet, Agency: "dinas-a", Period: quarter, Name: "x", Content: data}, october)
	wantKind(t, "foreign sheet", err, fault.Forbidden)
	_, err = exchange.Keep(t.Context(), o.db, o.clerk, exchange.File{Kind: exchange.KindHistory, Name: "x", Content: data}, october)
	wantKind(t, "history by an operator", err, fault.Forbidden)

	f, _ := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: data})
	_, err = exchange.Find(t.Context(), o.db, o.stranger, f.ID, october)
	wantKind(t, "foreign file", err, fault.NotFound)
	_, err = exchange.Find(t.Context(), o.db, o.clerk, f.ID, october.Add(25*time.Hour))
	wantKind(t, "file of yesterday", err, fault.NotFound)
	if n, err := exchange.Purge(t.Context(), o.owner, october.Add(25*time.Hour)); err != nil || n != 1 {
		t.Errorf("Purge removed %d (%v), want 1", n, err)
	}

	// Rows of another agency are told like rows that there are not, and never written.
	both := change(t, o.download(t, o.clerks, ""), func(x *excelize.File) {
		set(t, x, "J3", 50)
		set(t, x, "J10", 60) // dinas-b
	})
	f, d := o.keep(t, o.clerk, exchange.File{Content: both})
	if len(d.Changes) != 1 || d.Foreign != len(rowsOf) || !strings.Contains(text(d, exchange.Mistake), "Tidak ada indikator ini di lembar Anda") {
		t.Errorf("%d changes, %d foreign: %s", len(d.Changes), d.Foreign, text(d, exchange.Mistake))
	}
	if result, err := o.confirm(t, o.clerk, f, d); err != nil || result.Saved != 1 {
		t.Errorf("confirm: %+v, %v", result, err)
	}
	// Bagian Organisasi sees all rows and may keep none.
	_, d = o.keep(t, o.reviewer, exchange.File{Content: both})
	if len(d.Changes) != 0 || !strings.Contains(text(d, exchange.Mistake), "Anda bukan operator") {
		t.Errorf("a reviewer could keep %d rows: %s", len(d.Changes), text(d, exchange.Mistake))
	}
}

func TestPrefillIsKeptOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	err := report.AddFeedValues(t.Context(), o.db, o.reviewer, []report.FeedValue{{Key: key("NUMBER"), Source: "SIAK", Value: report.Value{Actual: num("4")}, SHA256: strings.Repeat("ab", 32)}}, october)
	if err != nil {
		t.Fatal(err)
	}
	f, d := o.keep(t, o.clerk, exchange.File{Agency: "dinas-a", Content: o.download(t, o.clerk, "dinas-a")})
	if d.Offered != 1 || len(d.Changes) != 0 {
		t.Fatalf("%d offered and %d changes, want 1 and 0", d.Offered, len(d.Changes))
	}
	if err := exchange.Choose(t.Context(), o.db, o.clerk, f.ID, exchange.Choices{Prefills: true}, october); err != nil {
		t.Fatal(err)
	}
	if _, d = o.try(t, o.clerk, f.ID); len(d.Changes) != 1 {
		t.Errorf("%d changes when prefills are asked for, want 1", len(d.Changes))
	}
}
