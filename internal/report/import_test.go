package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// life is a verified report handed in at the moment, with a piece of evidence.
func life(k report.Key, v report.Value, at time.Time) report.History {
	return report.History{
		Key: k,
		Revisions: []report.Revision{{Value: v, Evidence: []report.Evidence{
			{Kind: report.EvidenceFile, Title: "Rekap register", SHA256: strings.Repeat("ab", 32), MediaType: "application/pdf", Size: 1200, AddedAt: at},
		}}},
		Events: []report.Event{
			{Kind: report.EventSubmitted, At: at, Role: "operator"},
			{Kind: report.EventApproved, At: at.Add(time.Hour), Role: "kepala"},
			{Kind: report.EventVerified, At: at.Add(2 * time.Hour), Role: "organisasi", Grade: "dokumen_diperiksa"},
		},
	}
}

func TestImportKeepsWholeHistories(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	k := key("FRACTION")
	h := life(k, fraction("80.25", "100"), october)
	h.Revisions = append(h.Revisions, report.Revision{Value: report.Value{NotApplicable: true, Note: "Ternyata tidak ada."}})
	h.Events = append(h.Events,
		report.Event{Kind: report.EventReopened, At: late, By: &o.reviewer.ID, Role: "organisasi", Reason: "Salah baca."},
		report.Event{Kind: report.EventSaved, At: late, By: &o.clerk.ID, Role: "operator"},
		report.Event{Kind: report.EventSubmitted, At: late, By: &o.clerk.ID, Role: "operator"})
	draft := report.History{Key: key("NUMBER"), Draft: &report.Value{Note: "masih dihitung"}, Events: []report.Event{{Kind: report.EventSaved, At: october, Role: "operator"}}}
	if err := report.Import(ctx, o.owner, []report.History{h, draft}); err != nil {
		t.Fatal(err)
	}
	var got []string
	err := o.db.NewRaw(`SELECT concat_ws(' ', status, revision, version, numerator, not_applicable, note) FROM reports ORDER BY id`).Scan(ctx, &got)
	if err != nil {
		t.Fatal(err)
	}
	if want := "submitted 2 6 t Ternyata tidak ada.|draft 0 1 f masih dihitung"; strings.Join(got, "|") != want {
		t.Errorf("reports %q, want %q", got, want)
	}
	if got, want := o.events(t), "submitted/1 approved/1 verified/1 reopened/1 saved/0 submitted/2 saved/0"; got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	var first string
	err = o.db.NewRaw(`SELECT concat_ws(' ', r.numerator, r.denominator, e.kind, e.title, e.size_bytes, substr(e.public_id::text, 15, 1))
		FROM report_revisions r JOIN evidence e ON e.revision_id = r.id`).Scan(ctx, &first)
	if err != nil {
		t.Fatal(err)
	}
	if want := "80.2500 100.0000 berkas Rekap register 1200 7"; first != want {
		t.Errorf("revision and evidence %q, want %q", first, want)
	}
	// What was imported goes on by the ordinary steps.
	must(t)(report.Approve(ctx, o.db, o.head, k, late))
	err = report.Import(ctx, o.owner, []report.History{life(key("STEPS"), report.Value{Actual: num("20")}, october), life(k, fraction("1", "2"), october)})
	wantKind(t, "Import of a report that exists", err, fault.Conflict)
	if n := strings.Count(o.events(t), "/"); n != 8 {
		t.Errorf("%d events after a refused import, want 8", n)
	}
}

func TestImportRefusesWhatCouldNotHaveHappened(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	k := key("FRACTION")
	change := func(f func(*report.History)) []report.History {
		h := life(k, fraction("80", "100"), october)
		f(&h)
		return []report.History{h}
	}
	for name, histories := range map[string][]report.History{
		"NegativeNumerator":    change(func(h *report.History) { h.Revisions[0].Value = fraction("-1", "100") }),
		"NothingOfSomething":   change(func(h *report.History) { h.Revisions[0].Value = fraction("1", "0") }),
		"FigureForFraction":    change(func(h *report.History) { h.Revisions[0].Value = report.Value{Actual: num("80")} }),
		"ApprovedFirst":        change(func(h *report.History) { h.Events = h.Events[1:] }),
		"VerifiedUnapproved":   change(func(h *report.History) { h.Events = append(h.Events[:1], h.Events[2:]...) }),
		"ApprovedByReviewer":   change(func(h *report.History) { h.Events[1].Role = "organisasi" }),
		"VerifiedWithoutGrade": change(func(h *report.History) { h.Events[2].Grade = "" }),
		"ApprovedWithGrade":    change(func(h *report.History) { h.Events[1].Grade = "pernyataan" }),
		"BackInTime":           change(func(h *report.History) { h.Events[1].At = september }),
		"ReturnedSilently": change(func(h *report.History) {
			h.Events[1] = report.Event{Kind: report.EventReturned, At: late, Role: "kepala"}
			h.Events = h.Events[:2]
		}),
		"OwnFiguresVerified": change(func(h *report.History) { h.Events[0].By, h.Events[2].By = &o.both.ID, &o.both.ID }),
		"RevisionNotHandedIn": change(func(h *report.History) {
			h.Revisions = append(h.Revisions, h.Revisions[0])
		}),
		"HandedInWithoutRevision": change(func(h *report.History) { h.Revisions = nil }),
		"NoEvents":                change(func(h *report.History) { h.Events = nil; h.Revisions = nil }),
		"NotDue":                  change(func(h *report.History) { h.Key = key("YEARLY"); h.Revisions[0].Value = report.Value{Actual: num("1")} }),
		"UnknownAgency":           change(func(h *report.History) { h.Agency = "dinas-x" }),
		"BeforeThePlan":           change(func(h *report.History) { h.Period.Year = 2024 }),
		"Twice":                   append(change(func(*report.History) {}), change(func(*report.History) {})...),
	} {
		t.Run(name, func(t *testing.T) {
			err := report.Import(t.Context(), o.owner, histories)
			wantKind(t, "Import", err, fault.Invalid)
			if !strings.Contains(fault.MessageOf(err), histories[0].Period.String()) {
				t.Errorf("%q does not name the report", fault.MessageOf(err))
			}
		})
	}
	if got := o.events(t); got != "" {
		t.Errorf("refused imports left %s", got)
	}
}

func TestImportTellsManyMistakesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var histories []report.History
	for year := range 30 {
		k := key("FRACTION")
		k.Period.Year = 1990 + year
		histories = append(histories, life(k, fraction("1", "2"), october))
	}
	message := fault.MessageOf(report.Import(t.Context(), o.owner, histories))
	if got := strings.Count(message, "tidak ada target"); got != 20 || !strings.Contains(message, "Dan 10 kesalahan lain.") {
		t.Errorf("%d mistakes told:\n%s", got, message)
	}
}

func BenchmarkImport(b *testing.B) {
	for range b.N {
		b.StopTimer()
		o := newBenchOffice(b, 600)
		var histories []report.History
		for agency := range 600 {
			for q := range 5 {
				k := report.Key{Agency: fmt.Sprintf("unit-%d", agency), Indicator: "FRACTION", Period: quarter}
				for range q {
					k.Period = k.Period.Previous()
				}
				histories = append(histories, life(k, fraction("80", "100"), october))
			}
		}
		b.StartTimer()
		if err := report.Import(b.Context(), o, histories); err != nil {
			b.Fatal(err)
		}
	}
}
