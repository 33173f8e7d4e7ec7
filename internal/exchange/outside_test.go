package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

func feedFile(source, target, content string) exchange.File {
	return exchange.File{Kind: exchange.KindFeed, Name: "umpan.csv", Content: []byte(content), Choices: exchange.Choices{Mapping: &exchange.Mapping{Source: source, Target: target}}}
}

func TestFeedIsMappedOnceAndOfferedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	content := "Unit;Bulan;Aduan selesai;Aduan masuk\nDINAS-A;2026-07;1.090;1.120\nkantor dinas-b;2026-07;55;60\nLuar;2026-07;1;1\nDINAS-A;2026-08;2;3\nDINAS-B;besok;2;3\n"
	f, d := o.keep(t, o.reviewer, feedFile("SP4N-LAPOR!", exchange.TargetValues, content))
	if !d.Ask || len(d.Headers) != 4 || len(d.Feed) != 0 {
		t.Fatalf("before a mapping: ask %v, %d values", d.Ask, len(d.Feed))
	}
	mapping := &exchange.Mapping{Fields: map[string]exchange.Ref{
		"agency_code": {Header: "Unit"}, "indicator_code": {Constant: "FRACTION"}, "period": {Header: "Bulan"},
		report.FieldNumerator: {Header: "Aduan selesai"}, report.FieldDenominator: {Header: "Aduan masuk"}}, Notation: exchange.Comma}
	if err := exchange.Choose(t.Context(), o.db, o.reviewer, f.ID, exchange.Choices{Mapping: mapping}, october); err != nil {
		t.Fatal(err)
	}
	f, d = o.try(t, o.reviewer, f.ID)
	if len(d.Feed) != 2 || d.Read != 5 {
		t.Fatalf("%d values of %d rows, want 2 of 5\n%s", len(d.Feed), d.Read, text(d, exchange.Mistake))
	}
	for _, want := range []string{"A4 [Luar] Tidak ada instansi pelapor", "sudah ada di baris 2", "B6 [besok] Periode ini tidak dapat dibaca."} {
		if !strings.Contains(text(d, exchange.Mistake), want) {
			t.Errorf("no message %q among\n%s", want, text(d, exchange.Mistake))
		}
	}
	if result, err := o.confirm(t, o.reviewer, f, d); err != nil || result.Saved != 2 {
		t.Fatalf("confirm: %+v, %v", result, err)
	}
	var kept []string
	err := o.db.NewRaw(`SELECT concat_ws(' ', a.code, i.code, f.year, f.quarter, f.source, trim_scale(f.numerator), trim_scale(f.denominator), f.sha256 = ?) FROM feed_values f
		JOIN target_series s ON s.id = f.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id ORDER BY 1`, f.SHA256).Scan(t.Context(), &kept)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(kept, "|"), "dinas-a FRACTION 2026 3 SP4N-LAPOR! 1090 1120 t|dinas-b FRACTION 2026 3 SP4N-LAPOR! 55 60 t"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	// The next file of that header, its columns in another order and in Windows-1252, needs no choice.
	_, d = o.keep(t, o.reviewer, feedFile("SP4N-LAPOR!", exchange.TargetValues, "Aduan masuk,aduan selesai,Unit,Bulan\n70,65,DINAS-B,2026-07\n"))
	if d.Ask || len(d.Feed) != 1 || d.Feed[0].Value.Denominator.String() != "70" {
		t.Errorf("the mapping was not offered again: ask %v, %+v", d.Ask, d.Feed)
	}
	_, err = exchange.Keep(t.Context(), o.db, o.clerk, feedFile("SIAK", exchange.TargetValues, content), october)
	wantKind(t, "feed by an operator", err, fault.Forbidden)
}

func TestSurveyKeepsThePrintedIndexBesideTheRecomputedOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	header, row := "Unit;Semester;Responden;Populasi;IKM", "DINAS-A;2026-S1;152;400;91,25"
	for i, e := range scoring.Elements {
		header += ";" + string(e)
		row += fmt.Sprintf(";3,%d", 3+i%3)
	}
	f, d := o.keep(t, o.reviewer, feedFile("SUKMA-e Jatim", exchange.TargetSurveys, header+"\n"+row+"\n"))
	if d.Ask || len(d.Surveys) != 1 {
		t.Fatalf("ask %v, surveys %+v\n%s", d.Ask, d.Surveys, text(d, exchange.Mistake))
	}
	if !strings.Contains(d.Changes[0].After, "IKM dihitung ulang 85,") || !strings.Contains(d.Changes[0].After, "dicetak sumbernya 91,25") || !d.Changes[0].Warned {
		t.Errorf("change %+v", d.Changes[0])
	}
	if result, err := o.confirm(t, o.reviewer, f, d); err != nil || result.Saved != 1 {
		t.Fatalf("confirm: %+v, %v", result, err)
	}
	var kept string
	err := o.db.NewRaw(`SELECT concat_ws(' ', year, half, revision, source, population, respondents, sums[1], answers[1], published_ikm) FROM satisfaction_results`).Scan(t.Context(), &kept)
	if want := "2026 1 1 sukma-e 400 152 502 152 91.25"; err != nil || kept != want {
		t.Errorf("kept %q (%v), want %q", kept, err, want)
	}
}

func TestPastQuartersComeInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	good := "Periode;Kode instansi;Kode indikator;Realisasi;Pembilang;Penyebut;Penyebab\n" +
		"2025-TW4;dinas-a;FRACTION;;80;100;\nTW IV 2025;dinas-a;NUMBER;6,5;;;arsip\n2026-TW1;dinas-b;PREDICATE;BB;;;\n"
	f, d := o.keep(t, o.reviewer, exchange.File{Kind: exchange.KindHistory, Name: "lampau.csv", Content: []byte(good + "2026-TW4;dinas-a;NUMBER;1;;;\n2026-TW1;dinas-a;FRACTION;;1;0;\n")})
	if d.CountOf(exchange.Mistake) != 2 || len(d.Histories) != 3 {
		t.Fatalf("%d histories, mistakes %s", len(d.Histories), text(d, exchange.Mistake))
	}
	_, err := o.confirm(t, o.reviewer, f, d)
	wantKind(t, "confirm with mistakes", err, fault.Conflict)

	f, d = o.keep(t, o.reviewer, exchange.File{Kind: exchange.KindHistory, Name: "lampau.csv", Content: []byte(good)})
	for range 2 {
		if result, err := o.confirm(t, o.reviewer, f, d); err != nil || result.Saved != 3 {
			t.Fatalf("confirm: %+v, %v", result, err)
		}
	}
	var kept []string
	err = o.db.NewRaw(`SELECT concat_ws(' ', a.code, i.code, r.year, r.quarter, r.status, trim_scale(r.actual), trim_scale(r.numerator), (SELECT string_agg(e.kind || '/' || e.by_role || '/' || (e.reason LIKE 'Dimuat oleh%'), ' ' ORDER BY e.id) FROM report_events e WHERE e.report_id = r.id))
		FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id ORDER BY 1`).Scan(t.Context(), &kept)
	if err != nil {
		t.Fatal(err)
	}
	steps := " submitted/operator/true approved/kepala/true verified/organisasi/true"
	if got, want := strings.Join(kept, "|"), "dinas-a FRACTION 2025 4 verified 80"+steps+"|dinas-a NUMBER 2025 4 verified 6.5"+steps+"|dinas-b PREDICATE 2026 1 verified 5"+steps; got != want {
		t.Errorf("kept\n%s, want\n%s", got, want)
	}
	_, d = o.keep(t, o.reviewer, exchange.File{Kind: exchange.KindHistory, Name: "lampau.csv", Content: []byte(good)})
	if len(d.Histories) != 0 || !strings.Contains(text(d, exchange.Mistake), "sudah ada di program") {
		t.Errorf("brought in twice: %s", text(d, exchange.Mistake))
	}
}

func TestNothingPublishedIsBroughtInAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	periods, before, err := exchange.PastPeriods(t.Context(), o.db, october, wib)
	if err != nil || len(periods) != 6 || !before.IsZero() {
		t.Fatalf("PastPeriods: %v, %v, %v, want the 6 quarters whose reporting is over", periods, before, err)
	}
	if last := periods[len(periods)-1]; last != (roadmap.Period{Year: 2026, Quarter: 2}) {
		t.Errorf("the last one is %s", last)
	}
}

// TestAQuarterReportedHereIsNoPast: what operator, head and verifier work on is not brought in by
// one person with a file, neither while it is open nor once it has closed.
func TestAQuarterReportedHereIsNoPast(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	book := "Periode;Kode instansi;Kode indikator;Realisasi;Pembilang;Penyebut;Penyebab\n2026-TW3;dinas-b;FRACTION;;80;100;\n"
	f, err := exchange.Keep(t.Context(), o.db, o.reviewer, exchange.File{Kind: exchange.KindHistory, Name: "lampau.csv", Content: []byte(book)}, october)
	if err != nil {
		t.Fatal(err)
	}
	try := func(when string, now time.Time) {
		t.Helper()
		file, err := exchange.Find(t.Context(), o.db, o.reviewer, f, october)
		if err != nil {
			t.Fatal(err)
		}
		d, err := exchange.Try(t.Context(), o.db, o.reviewer, file, wib, now)
		if err != nil || len(d.Histories) != 0 || d.CountOf(exchange.Mistake) == 0 {
			t.Errorf("%s: %d histories, %v", when, len(d.Histories), err)
		}
	}
	try("while it is open", october)
	k := report.Key{Agency: "dinas-a", Indicator: "INDEX", Period: quarter}
	if _, err := report.SaveDrafts(t.Context(), o.db, o.clerk, []report.DraftRow{{Key: k, Value: report.Value{Actual: num("1")}}}, october); err != nil {
		t.Fatal(err)
	}
	try("once it has closed", time.Date(2026, 11, 20, 9, 0, 0, 0, wib))
}
