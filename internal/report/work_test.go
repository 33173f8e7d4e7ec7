package report_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// sheet loads the sheet of dinas-a.
func (o *office) sheet(t *testing.T, by *account.User, now time.Time) *report.Worksheet {
	t.Helper()
	w, err := report.LoadWorksheet(t.Context(), o.db, by, "dinas-a", quarter, now)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (o *office) row(t *testing.T, by *account.User, indicator string, now time.Time) *report.WorksheetRow {
	t.Helper()
	r := o.sheet(t, by, now).Row(indicator)
	if r == nil {
		t.Fatalf("the sheet has no row %s", indicator)
	}
	return r
}

func (o *office) save(t *testing.T, by *account.User, drafts ...report.DraftRow) []report.SaveOutcome {
	t.Helper()
	outcomes, err := report.SaveDrafts(t.Context(), o.db, by, drafts, october)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func (o *office) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := o.owner.NewRaw(query, args...).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) text(t *testing.T, query string, args ...any) string {
	t.Helper()
	var s string
	if err := o.owner.NewRaw(query, args...).Scan(t.Context(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSheetHasWhatIsDue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	w := o.sheet(t, o.clerk, october)
	var codes []string
	for _, r := range w.Rows {
		codes = append(codes, r.Indicator)
	}
	if got, want := strings.Join(codes, " "), "FRACTION NUMBER PREDICATE STEPS YESNO"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if n := len(w.Row("PREDICATE").Choices); n != 7 {
		t.Errorf("a predicate has %d choices, want 7", n)
	}
	if c := w.Row("STEPS").Choices; len(c) != 4 || c[1].Value.String() != "20" {
		t.Errorf("a milestone has choices %v", c)
	}
	_, err := report.LoadWorksheet(t.Context(), o.db, o.stranger, "dinas-a", quarter, october)
	wantKind(t, "Load the sheet of another agency", err, fault.NotFound)
	_, err = report.LoadWorksheet(t.Context(), o.db, o.clerk, "dinas-a", quarter.Next().Next(), october)
	wantKind(t, "Load a period that does not exist", err, fault.NotFound)
}

func TestDraftKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r := o.row(t, o.clerk, "FRACTION", october)
	d, problems := r.Parse(map[string]string{
		report.FieldNumerator: "82.5", report.FieldDenominator: "1.250,50", report.FieldNote: " baris satu\r\nbaris dua ", report.FieldNextStepDue: "besok",
	})
	if len(problems) != 2 || problems[0].Field != report.FieldNumerator || problems[1].Field != report.FieldNextStepDue {
		t.Errorf("problems %v", problems)
	}
	if out := o.save(t, o.clerk, d); !out[0].Saved || out[0].Version != 1 {
		t.Fatalf("saved: %+v", out[0])
	}
	r = o.row(t, o.clerk, "FRACTION", october)
	for field, want := range map[string]string{
		report.FieldNumerator: "82.5", report.FieldDenominator: "1.250,50", report.FieldNote: "baris satu\nbaris dua", report.FieldNextStepDue: "besok",
	} {
		if got := r.Field(field); got != want {
			t.Errorf("field %s shows %q, want %q as typed", field, got, want)
		}
	}
	if r.Value.Denominator == nil || r.Value.Denominator.String() != "1250.5" || r.Value.Numerator != nil {
		t.Errorf("value %+v", r.Value)
	}
	d.Version = r.Version
	if out := o.save(t, o.clerk, d); !out[0].Saved || out[0].Version != 1 {
		t.Errorf("the same again: %+v, want no new version", out[0])
	}
	if got := o.events(t); got != "saved/0" {
		t.Errorf("events %s", got)
	}
	_, err := submit(t.Context(), o.db, o.clerk, d, october)
	wantKind(t, "Hand in what cannot be read", err, fault.Invalid)
	if got := o.events(t); got != "saved/0" {
		t.Errorf("a refused submission left %s", got)
	}
}

func TestChangedRowIsNotOverwritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	mine := report.DraftRow{Key: key("FRACTION"), Value: fraction("80", "100")}
	other := report.DraftRow{Key: key("NUMBER"), Value: report.Value{Actual: num("3")}}
	o.save(t, o.clerk, mine)
	theirs := mine
	theirs.Value = fraction("70", "100")
	out := o.save(t, o.both, theirs, other)
	if out[0].Saved || out[0].Theirs == nil || out[0].Theirs.By != "clerk" || !out[0].Theirs.Value.Numerator.Equal(*num("80")) || out[0].Theirs.Version != 1 {
		t.Errorf("the late editor is told %+v", out[0])
	}
	if !out[1].Saved {
		t.Errorf("the other row: %+v", out[1])
	}
	if r := o.row(t, o.clerk, "FRACTION", october); !r.Value.Numerator.Equal(*num("80")) || r.Version != 1 || r.EditedBy != "clerk" {
		t.Errorf("the row is %+v", r.Value)
	}
	theirs.Version = 1
	if out := o.save(t, o.both, theirs); !out[0].Saved || out[0].Version != 2 {
		t.Errorf("after looking: %+v", out[0])
	}
	_, err := report.SaveDrafts(t.Context(), o.db, o.head, []report.DraftRow{mine}, october)
	wantKind(t, "Save by the head", err, fault.Forbidden)
	out, err = report.SaveDrafts(t.Context(), o.db, o.clerk, []report.DraftRow{{Key: key("FRACTION"), Version: 2, Value: fraction("1", "2")}}, afterwards)
	if err != nil || out[0].Saved || !strings.Contains(out[0].Text, "ditutup") {
		t.Errorf("save into a closed period: %+v, %v", out, err)
	}
}

func TestManyEditorsLoseNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const editors, rounds = 20, 12
	var mu sync.Mutex
	accepted, lost := 0, 0
	var wg sync.WaitGroup
	for e := range editors {
		wg.Go(func() {
			version := 0
			for n := range rounds {
				text := fmt.Sprintf("penyunting %d, putaran %d", e, n)
				out, err := report.SaveDrafts(t.Context(), o.db, o.clerk, []report.DraftRow{
					{Key: key("FRACTION"), Version: version, Value: report.Value{Note: text}, Typed: map[string]string{report.FieldNumerator: text}},
				}, october)
				if err != nil {
					t.Errorf("editor %d: %v", e, err)
					return
				}
				mu.Lock()
				if out[0].Saved {
					accepted++
				} else {
					lost++
				}
				mu.Unlock()
				version = out[0].Version
				if !out[0].Saved && (out[0].Theirs == nil || out[0].Theirs.Value.Note == "" || out[0].Theirs.Value.Note == text || out[0].Theirs.Version != version ||
					out[0].Theirs.Typed[report.FieldNumerator] != out[0].Theirs.Value.Note) {
					t.Errorf("a loser is told %+v", out[0].Theirs)
				}
			}
		})
	}
	wg.Wait()
	if got := o.row(t, o.clerk, "FRACTION", october).Version; got != accepted || accepted+lost != editors*rounds || lost == 0 {
		t.Errorf("version %d after %d accepted and %d refused of %d", got, accepted, lost, editors*rounds)
	}
}

func TestSubmissionIsAllOrNothingAndCountsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	good := entry(fraction("80", "100"))
	bad := report.DraftRow{Key: key("NUMBER"), Value: report.Value{Actual: num("5")}}
	problems, err := report.SubmitAll(ctx, o.db, o.clerk, "dinas-a", quarter, []report.DraftRow{good, bad}, submissionID(), october)
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, p := range problems {
		if p.Indicator != "NUMBER" || p.Text == "" {
			t.Errorf("problem %+v", p)
		}
		fields = append(fields, p.Field)
	}
	if want := []string{"note", "obstacle", "next_step", "next_step_owner", "next_step_due"}; !slices.Equal(fields, want) {
		t.Errorf("a value off target asks for %v, want %v", fields, want)
	}
	if got := o.text(t, `SELECT count(*)::text FROM reports`); got != "0" {
		t.Errorf("a refused submission left %s reports", got)
	}

	bad.Value = explained(bad.Value)
	id := submissionID()
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if problems, err := report.SubmitAll(ctx, o.db, o.clerk, "dinas-a", quarter, []report.DraftRow{good, bad}, id, october); err != nil || len(problems) > 0 {
				t.Errorf("the same form again: %v, %v", problems, err)
			}
		})
	}
	wg.Wait()
	if got := o.events(t); got != "submitted/1 submitted/1" {
		t.Errorf("events %s, want each report handed in once", got)
	}
	if got := o.text(t, `SELECT v.next_step_owner || ' ' || v.next_step_due FROM report_revisions v JOIN reports r ON r.id = v.report_id WHERE v.actual = 5`); got != "Sekretariat 2026-12-31" {
		t.Errorf("the revision keeps %q", got)
	}
	_, err = report.SubmitAll(ctx, o.db, o.stranger, "dinas-b", quarter, []report.DraftRow{{Key: report.Key{Agency: "dinas-b", Indicator: "NUMBER", Period: quarter}, Value: bad.Value}}, id, october)
	wantKind(t, "Use the form of somebody else", err, fault.Conflict)
	_, err = report.SubmitAll(ctx, o.db, o.clerk, "dinas-a", quarter, []report.DraftRow{good}, "bukan", october)
	wantKind(t, "Hand in without a form", err, fault.Invalid)
	if got := o.text(t, `SELECT string_agg(u.login, ' ' ORDER BY u.login) FROM notices n JOIN users u ON u.id = n.user_id`); got != "both head" {
		t.Errorf("told: %s, want the heads once", got)
	}
	if got := o.text(t, `SELECT string_agg(action || ' ' || object, ', ') FROM audit_entries WHERE stream = 'dinas-a'`); got != "hand in report dinas-a 2026-TW3" {
		t.Errorf("the trail says %s", got)
	}
}

func TestEvidenceIsAskedForByRule(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.exec(t, `INSERT INTO evidence_rules (indicator_id, required, kinds, changed_at) SELECT id, true, ARRAY['berkas', 'umpan'], now() FROM indicators WHERE code = 'FRACTION'`)
	problems, err := report.SubmitAll(ctx, o.db, o.clerk, "dinas-a", quarter, []report.DraftRow{entry(fraction("80", "100"))}, submissionID(), october)
	if err != nil || len(problems) != 1 || problems[0].Field != report.FieldEvidence {
		t.Fatalf("without evidence: %v, %v", problems, err)
	}
	add := func(by *account.User, e report.DraftEvidence) (id string, err error) {
		err = o.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
			id, err = report.AddEvidence(ctx, tx, by, key("FRACTION"), e, october)
			return err
		})
		return id, err
	}
	file := report.DraftEvidence{Kind: report.EvidenceFile, Title: "Rekap.pdf", SHA256: strings.Repeat("ab", 32), MediaType: "application/pdf", Size: 9, Statement: true}
	_, err = add(o.head, file)
	wantKind(t, "Add evidence as head", err, fault.Forbidden)
	statement, err := add(o.clerk, file)
	if err != nil {
		t.Fatal(err)
	}
	r := o.row(t, o.clerk, "FRACTION", october)
	if len(r.Evidence) != 1 || r.Evidence[0].PublicID != statement || r.Version != 0 {
		t.Errorf("the row has %+v at version %d", r.Evidence, r.Version)
	}
	problems, err = report.SubmitAll(ctx, o.db, o.clerk, "dinas-a", quarter, []report.DraftRow{entry(fraction("80", "100"))}, submissionID(), october)
	if err != nil || len(problems) != 1 {
		t.Fatalf("with a statement alone: %v, %v", problems, err)
	}
	file.Statement = false
	if _, err := add(o.clerk, file); err != nil {
		t.Fatal(err)
	}
	err = o.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return report.RemoveEvidence(ctx, tx, o.clerk, key("FRACTION"), statement, october)
	})
	if err != nil {
		t.Fatal(err)
	}
	must(t)(submit(ctx, o.db, o.clerk, entry(fraction("80", "100")), october))
	if got := report.SuggestGrade(o.row(t, o.reviewer, "FRACTION", october).Evidence); got != "dokumen_diperiksa" {
		t.Errorf("suggested grade %s", got)
	}
	_, err = add(o.clerk, file)
	wantKind(t, "Add evidence to what is handed in", err, fault.Conflict)
	must(t)(report.Return(ctx, o.db, o.head, key("FRACTION"), "Salah berkas.", october))
	if r := o.row(t, o.clerk, "FRACTION", october); len(r.Evidence) != 1 || r.ReturnReason != "Salah berkas." {
		t.Errorf("returned with %+v, %q", r.Evidence, r.ReturnReason)
	}
}

func TestFeedIsEvidenceUnlessSomebodyRuledItOut(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, by, want string }{
		{"AsTheSheetSuggests", "NULL", "{berkas,umpan}"},
		{"AsSomebodyDecided", "(SELECT min(id) FROM users)", "{berkas}"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.exec(t, `INSERT INTO evidence_rules (indicator_id, required, kinds, changed_at, changed_by) SELECT id, true, ARRAY['berkas'], now(), `+x.by+` FROM indicators WHERE code = 'FRACTION'`)
			for range 2 {
				err := report.AddFeedValues(t.Context(), o.db, nil, []report.FeedValue{{Key: key("FRACTION"), Source: "SIAK", Value: fraction("80", "100"), SHA256: strings.Repeat("1", 64)}}, october)
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := o.text(t, `SELECT r.kinds::text FROM evidence_rules r JOIN indicators i ON i.id = r.indicator_id WHERE i.code = 'FRACTION'`); got != x.want {
				t.Errorf("accepted is %s, want %s", got, x.want)
			}
			if needed, want := o.row(t, o.clerk, "FRACTION", october).EvidenceNeeded, x.by != "NULL"; needed != want {
				t.Errorf("a file is asked for: %t, want %t", needed, want)
			}
		})
	}
}

func TestFeedIsOfferedAndCountsAsEvidence(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.exec(t, `INSERT INTO evidence_rules (indicator_id, required, kinds, changed_at) SELECT id, true, ARRAY['umpan'], now() FROM indicators WHERE code = 'FRACTION'`)
	for i, n := range []string{"70", "80"} {
		err := report.AddFeedValues(ctx, o.db, nil, []report.FeedValue{{Key: key("FRACTION"), Source: "SIAK", Value: fraction(n, "100"), SHA256: strings.Repeat(fmt.Sprint(i), 64)}}, october)
		if err != nil {
			t.Fatal(err)
		}
	}
	err := report.AddFeedValues(ctx, o.db, nil, []report.FeedValue{{Key: key("FRACTION"), Source: "SIAK", Value: report.Value{Actual: num("3")}, SHA256: strings.Repeat("a", 64)}}, october)
	wantKind(t, "A number for a fraction", err, fault.Invalid)
	r := o.row(t, o.clerk, "FRACTION", october)
	if r.Prefill == nil || !r.Prefill.Automatic || !r.Prefill.Value.Numerator.Equal(*num("80")) || r.Prefill.From != "SIAK, 5 Oktober 2026" {
		t.Fatalf("offered %+v", r.Prefill)
	}
	must(t)(submit(ctx, o.db, o.clerk, report.DraftRow{Key: r.Key, Value: r.Prefill.Value}, october))
	r = o.row(t, o.reviewer, "FRACTION", october)
	if len(r.Evidence) != 1 || r.Evidence[0].Kind != report.EvidenceFeed || r.Evidence[0].SHA256 != strings.Repeat("1", 64) {
		t.Errorf("evidence %+v", r.Evidence)
	}
}

func TestDecisionsOnManyRows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	is := must(t)
	first := is(submit(ctx, o.db, o.clerk, entry(fraction("80", "100")), october))
	second := is(submit(ctx, o.db, o.clerk, report.DraftRow{Key: key("NUMBER"), Value: explained(report.Value{Actual: num("1")})}, october))
	third := is(submit(ctx, o.db, o.both, report.DraftRow{Key: key("YESNO"), Value: report.Value{Actual: num("1")}}, october))
	decisions := []report.Decision{
		{Key: first.Key, Version: first.Version}, {Key: second.Key, Version: second.Version - 1}, {Key: third.Key, Version: third.Version},
		{Key: key("STEPS")}, {Key: report.Key{Agency: "dinas-b", Indicator: "NUMBER", Period: quarter}},
	}
	out, err := report.ApproveAll(ctx, o.db, o.both, decisions, october)
	if err != nil {
		t.Fatal(err)
	}
	for i, done := range []bool{true, false, false, false, false} {
		if out[i].Done != done || (out[i].Text == "") != done {
			t.Errorf("decision %d: %+v", i, out[i])
		}
	}
	if out[0].Status != report.Approved || out[0].Version != first.Version+1 {
		t.Errorf("approved: %+v", out[0])
	}
	_, err = report.ApproveAll(ctx, o.db, o.clerk, decisions, october)
	wantKind(t, "Approve as operator", err, fault.Forbidden)
	_, err = report.VerifyAll(ctx, o.db, o.head, decisions, october)
	wantKind(t, "Verify as head", err, fault.Forbidden)
	out, err = report.VerifyAll(ctx, o.db, o.reviewer, []report.Decision{{Key: first.Key, Version: first.Version + 1, Grade: "pernyataan"}}, october)
	if err != nil || !out[0].Done {
		t.Errorf("verify: %+v, %v", out, err)
	}
	out, err = report.ReturnAll(ctx, o.db, o.head, []report.Decision{{Key: second.Key, Version: second.Version, Reason: "Periksa lagi."}, {Key: third.Key, Version: third.Version}}, october)
	if err != nil || !out[0].Done || out[1].Done {
		t.Errorf("return: %+v, %v", out, err)
	}
	if got := o.text(t, `SELECT string_agg(u.login || ': ' || n.text, '; ' ORDER BY n.id) FROM notices n JOIN users u ON u.id = n.user_id WHERE n.key LIKE 'returned%'`); !strings.Contains(got, "clerk: NUMBER untuk triwulan III 2026 dikembalikan: Periksa lagi.") {
		t.Errorf("told %q", got)
	}
}

func TestTwoHeadsAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	r := must(t)(submit(ctx, o.db, o.clerk, entry(fraction("80", "100")), october))
	const heads = 6
	won := make(chan report.Outcome, heads)
	for i := range heads {
		go func() {
			decisions := []report.Decision{{Key: r.Key, Version: r.Version, Reason: "Tidak cocok."}}
			decide := report.ApproveAll
			if i%2 == 1 {
				decide = report.ReturnAll
			}
			out, err := decide(ctx, o.db, o.head, decisions, october)
			if err != nil {
				t.Error(err)
				out = []report.Outcome{{}}
			}
			won <- out[0]
		}()
	}
	done := 0
	for range heads {
		if out := <-won; out.Done {
			done++
		} else if out.Text == "" {
			t.Error("a loser is told nothing")
		}
	}
	if done != 1 {
		t.Errorf("%d of %d heads won", done, heads)
	}
}

func TestLateEntryOpensAClosedPeriod(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.at(t, afterwards)
	d := entry(fraction("80", "100"))
	_, err := submit(ctx, o.db, o.clerk, d, afterwards)
	wantKind(t, "Hand in after the closing", err, fault.Invalid)
	leave := report.LateEntry{Agency: "dinas-a", Indicator: "FRACTION", Period: quarter, EndsAt: afterwards.AddDate(0, 0, 3), Reason: "Gangguan jaringan."}
	_, err = report.GrantLateEntry(ctx, o.db, o.head, leave, afterwards)
	wantKind(t, "Grant as head", err, fault.Forbidden)
	for _, wrong := range []report.LateEntry{
		{Agency: "dinas-a", Period: quarter, EndsAt: leave.EndsAt}, {Agency: "dinas-a", Period: quarter, EndsAt: afterwards, Reason: "x"},
		{Agency: "tidak-ada", Period: quarter, EndsAt: leave.EndsAt, Reason: "x"}, {Agency: "dinas-a", Indicator: "X", Period: quarter, EndsAt: leave.EndsAt, Reason: "x"},
		{Agency: "dinas-a", Period: quarter.Next(), EndsAt: leave.EndsAt, Reason: "x"},
	} {
		_, err = report.GrantLateEntry(ctx, o.db, o.reviewer, wrong, afterwards)
		wantKind(t, fmt.Sprintf("Grant %+v", wrong), err, fault.Invalid)
	}
	id, err := report.GrantLateEntry(ctx, o.db, o.reviewer, leave, afterwards)
	if err != nil {
		t.Fatal(err)
	}
	if r := o.row(t, o.clerk, "FRACTION", afterwards); !r.MayEdit || r.LateUntil == nil || o.row(t, o.clerk, "NUMBER", afterwards).MayEdit {
		t.Errorf("the leave opens %v, until %v", r.MayEdit, r.LateUntil)
	}
	_, err = submit(ctx, o.db, o.clerk, d, leave.EndsAt)
	wantKind(t, "Hand in when the leave has ended", err, fault.Invalid)
	r := must(t)(submit(ctx, o.db, o.clerk, d, afterwards))
	if err := report.RevokeLateEntry(ctx, o.db, o.reviewer, id, afterwards); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Revoke twice", report.RevokeLateEntry(ctx, o.db, o.reviewer, id, afterwards), fault.Conflict)
	_, err = report.Approve(ctx, o.db, o.head, r.Key, afterwards)
	wantKind(t, "Approve when the leave is revoked", err, fault.Conflict)
	for by, want := range map[*account.User]int{o.clerk: 1, o.reviewer: 1, o.stranger: 0, o.council: 0} {
		list, err := report.LateEntries(ctx, o.db, by)
		if err != nil || len(list) != want || want == 1 && (list[0].Holds(afterwards) || list[0].Period != quarter || list[0].GrantedBy != "reviewer") {
			t.Errorf("%s sees %+v, %v", by.Login, list, err)
		}
	}
}

func TestExceptionEndsByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	e := report.Exception{Agency: "dinas-a", Indicator: "FRACTION", StartsOn: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC), Reason: "Gedung direnovasi."}
	_, err := report.AcceptException(ctx, o.db, o.head, e, october)
	wantKind(t, "Accept as head", err, fault.Forbidden)
	backwards := e
	backwards.StartsOn, backwards.EndsOn = e.EndsOn, e.StartsOn
	_, err = report.AcceptException(ctx, o.db, o.reviewer, backwards, october)
	wantKind(t, "Accept what ends before it starts", err, fault.Invalid)
	id, err := report.AcceptException(ctx, o.db, o.reviewer, e, october)
	if err != nil {
		t.Fatal(err)
	}
	r := o.row(t, o.clerk, "FRACTION", october)
	if r.Exempt == "" || r.PreviewOf(fraction("80", "100")).State != "dikecualikan" {
		t.Errorf("the period is not covered: %q", r.Exempt)
	}
	list, err := report.Exceptions(ctx, o.db, o.clerk)
	if err != nil || len(list) != 1 {
		t.Fatalf("listed %+v, %v", list, err)
	}
	for at, want := range map[time.Time]string{
		time.Date(2026, 6, 30, 23, 0, 0, 0, wib): report.ExceptionAhead, time.Date(2026, 9, 30, 23, 0, 0, 0, wib): report.ExceptionHolds, october: report.ExceptionEnded,
	} {
		if got := list[0].State(at); got != want {
			t.Errorf("on %s it is %s, want %s", at, got, want)
		}
	}
	if err := report.RevokeException(ctx, o.db, o.reviewer, id, october.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "Revoke twice", report.RevokeException(ctx, o.db, o.reviewer, id, october), fault.Conflict)
	if r := o.row(t, o.clerk, "FRACTION", october.Add(2*time.Hour)); r.Exempt != "" {
		t.Errorf("revoked, and still covered: %q", r.Exempt)
	}
}

func TestCommentsAndChain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	k := key("FRACTION")
	_, err := report.Comment(ctx, o.db, o.clerk, k, "Halo", october)
	wantKind(t, "Comment on what is not there", err, fault.NotFound)
	must(t)(submit(ctx, o.db, o.clerk, entry(fraction("80", "100")), october))
	_, err = report.Comment(ctx, o.db, o.stranger, k, "Halo", october)
	wantKind(t, "Comment by another agency", err, fault.NotFound)
	_, err = report.Comment(ctx, o.db, o.clerk, k, " \n", october)
	wantKind(t, "An empty comment", err, fault.Invalid)
	if _, err := report.Comment(ctx, o.db, o.reviewer, k, "Mengapa turun?", october); err != nil {
		t.Fatal(err)
	}
	if _, err := report.Comment(ctx, o.db, o.clerk, k, "Loket tutup.", october); err != nil {
		t.Fatal(err)
	}
	remarks, err := report.Comments(ctx, o.db, o.head, k)
	if err != nil || len(remarks) != 2 || remarks[0].RoleLabel != "Bagian Organisasi" || remarks[1].Name != "clerk" || remarks[1].Agency != "dinas-a" {
		t.Errorf("comments %+v, %v", remarks, err)
	}
	as := func(role account.Role, agency string) *account.User {
		u := *o.head
		u.Appointments = []account.Appointment{{Role: role, Agency: agency}}
		return &u
	}
	_, err = report.Comment(ctx, o.db, as(account.Leader, ""), k, "Halo", october)
	wantKind(t, "Comment by the mayor", err, fault.Forbidden)
	inspector, err := report.Comment(ctx, o.db, as(account.Inspector, ""), k, "Dokumen mana?", october)
	if err != nil || inspector.RoleLabel != account.Inspector.Label() || inspector.Agency != "" {
		t.Errorf("comment of Inspektorat %+v, %v", inspector, err)
	}
	if remarks, err = report.Comments(ctx, o.db, o.head, k); err != nil || len(remarks) != 3 || remarks[2].Role != string(account.Inspector) {
		t.Errorf("comments %+v, %v", remarks, err)
	}
	if r := o.row(t, o.clerk, "FRACTION", october); r.CommentCount != 3 {
		t.Errorf("%d comments counted", r.CommentCount)
	}
	must(t)(report.Return(ctx, o.db, o.head, k, "Cocokkan.", october))
	must(t)(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Version: 3, Value: explained(fraction("79", "100"))}, late))
	chain, err := report.Chain(ctx, o.db, o.reviewer, k)
	if err != nil || len(chain) != 3 {
		t.Fatalf("chain %+v, %v", chain, err)
	}
	if l := chain[0]; l.Name != "clerk" || l.Value == nil || !l.Value.Numerator.Equal(*num("80")) || l.Late {
		t.Errorf("first link %+v", l)
	}
	if l := chain[1]; l.Reason != "Cocokkan." || l.RoleLabel != "Kepala" || l.Value != nil {
		t.Errorf("second link %+v", l)
	}
	if l := chain[2]; !l.Late || l.Revision != 2 || !l.Value.Numerator.Equal(*num("79")) {
		t.Errorf("third link %+v", l)
	}
	_, err = report.Chain(ctx, o.db, o.stranger, k)
	wantKind(t, "The chain of another agency", err, fault.NotFound)
}

func TestEveryCheckFindsWhatItLooksFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	k := key("NUMBER")
	before := k
	before.Period = quarter.Previous()
	year := report.Key{Agency: k.Agency, Indicator: k.Indicator}
	year.Period.Year, year.Period.Quarter = 2025, 4
	july := time.Date(2026, 7, 6, 9, 0, 0, 0, wib)
	err := report.Import(ctx, o.owner, []report.History{
		life(year, report.Value{Actual: num("0.5")}, july.AddDate(0, -6, 0)), life(before, report.Value{Actual: num("4")}, july),
	})
	if err != nil {
		t.Fatal(err)
	}
	o.exec(t, `INSERT INTO plausible_ranges (indicator_id, low, high) SELECT id, 0, 20 FROM indicators WHERE code = 'NUMBER'`)
	r := o.row(t, o.clerk, "NUMBER", october)
	codes := func(r *report.WorksheetRow, v report.Value) string {
		var list []string
		for _, f := range r.FindingsOf(v) {
			list = append(list, f.Code)
		}
		return strings.Join(list, " ")
	}
	for _, tt := range []struct{ value, want string }{
		{"4", "unchanged low_target no_evidence"},
		{"5", "low_target no_evidence"}, // 25 percent is not more than 25 percent
		{"5.01", "jump low_target no_evidence"},
		{"2", "jump low_target no_evidence"},
		{"1", "jump exact low_target no_evidence"},
		{"20.5", "range jump low_target no_evidence"},
		{"-1", "range jump low_target no_evidence"},
	} {
		if got := codes(r, report.Value{Actual: num(tt.value)}); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.value, got, tt.want)
		}
	}
	if got := r.FindingsOf(report.Value{Actual: num("6")})[0].Text; got != "Naik 50 persen dari triwulan lalu (4,00)." {
		t.Errorf("a jump reads %q", got)
	}
	if got := codes(r, report.Value{NotApplicable: true, Note: "x"}); got != "low_target" {
		t.Errorf("not applicable: %s", got)
	}
	f := o.row(t, o.clerk, "FRACTION", october)
	if got := codes(f, fraction("120", "100")); got != "fraction no_evidence" {
		t.Errorf("more than all: %s", got)
	}
	o.exec(t, `UPDATE checks SET enabled = false WHERE code IN ('low_target', 'no_evidence')`)
	o.exec(t, `UPDATE checks SET threshold = 60 WHERE code = 'jump'`)
	if got := codes(o.row(t, o.clerk, "NUMBER", october), report.Value{Actual: num("6")}); got != "" {
		t.Errorf("with other limits: %s", got)
	}

	due := time.Date(2026, 10, 15, 0, 0, 0, 0, wib)
	must(t)(submit(ctx, o.db, o.clerk, report.DraftRow{Key: k, Value: explained(report.Value{Actual: num("4")})}, due.Add(-10*time.Minute)))
	r = o.row(t, o.reviewer, "NUMBER", due)
	if got := codes(r, r.Value); got != "unchanged last_hour" || r.Findings[1].Text != "Dikirim 10 menit sebelum batas waktu." {
		t.Errorf("in the last hour: %s, %+v", got, r.Findings)
	}
}
