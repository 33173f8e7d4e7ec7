package report

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
)

var uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$`)

// errProblems rolls a submission back.
var errProblems = errors.New("the submission has problems")

func submitAll(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, drafts []DraftRow, submissionID string, now time.Time) ([]Problem, error) {
	switch {
	case !by.MayReport(agency):
		return nil, fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat mengirim laporannya.")
	case !uuidPattern.MatchString(submissionID):
		return nil, fault.New(fault.Invalid, "Kiriman ini tidak dikenali. Muat ulang halaman, lalu kirim lagi.")
	case len(drafts) == 0:
		return nil, fault.New(fault.Invalid, "Belum ada isian untuk dikirim.")
	}
	if slices.ContainsFunc(drafts, func(d DraftRow) bool { return d.Agency != agency || d.Period != p }) {
		return nil, fault.New(fault.Invalid, "Satu kiriman berisi laporan satu instansi dan satu periode.")
	}
	if err := mayType(by, drafts); err != nil {
		return nil, err
	}
	var problems []Problem
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) (err error) {
		first, err := takeSubmission(ctx, tx, by, agency, p, submissionID, now)
		if err != nil || !first {
			return err
		}
		if problems, err = handIn(ctx, tx, by, agency, p, drafts, now); err == nil && len(problems) > 0 {
			return errProblems
		}
		return err
	})
	if err != nil && !errors.Is(err, errProblems) {
		return nil, err
	}
	return problems, nil
}

// takeSubmission notes that a form was sent; first is false when it was before. A second copy
// that comes while the first is at work waits for it.
func takeSubmission(ctx context.Context, tx bun.Tx, by *account.User, agency string, p roadmap.Period, id string, now time.Time) (first bool, err error) {
	result, err := tx.NewRaw(`INSERT INTO report_submissions (submission_id, agency_id, year, quarter, by_user, at)
		SELECT ?, id, ?, ?, ?, ? FROM agencies WHERE code = ? ON CONFLICT DO NOTHING`, id, p.Year, p.Quarter, by.ID, now, agency).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("note submission %s: %w", id, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("note submission %s: %w", id, err)
	}
	if n == 1 {
		return true, nil
	}
	var mine bool
	err = tx.NewRaw(`SELECT EXISTS (SELECT FROM report_submissions s JOIN agencies a ON a.id = s.agency_id
		WHERE s.submission_id = ? AND s.by_user = ? AND a.code = ? AND s.year = ? AND s.quarter = ?)`, id, by.ID, agency, p.Year, p.Quarter).Scan(ctx, &mine)
	switch {
	case err != nil:
		return false, fmt.Errorf("find submission %s: %w", id, err)
	case !mine:
		return false, fault.New(fault.Conflict, "Kiriman ini tidak dikenali. Muat ulang halaman, lalu kirim lagi.")
	}
	return false, nil
}

// handIn saves the drafts, holds them to the rules, and hands them in.
func handIn(ctx context.Context, tx bun.Tx, by *account.User, agency string, p roadmap.Period, drafts []DraftRow, now time.Time) ([]Problem, error) {
	var problems []Problem
	var full []DraftRow // an empty row cannot be handed in, and would not be saved
	for _, d := range drafts {
		if d.IsEmpty() {
			problems = append(problems, Problem{Key: d.Key, Text: "Baris ini belum diisi."})
			continue
		}
		full = append(full, d)
	}
	outcomes, _, err := keepDrafts(ctx, tx, by, full, now)
	if err != nil {
		return nil, err
	}
	for _, o := range outcomes {
		if !o.Saved {
			problems = append(problems, Problem{Key: o.Key, Text: o.Text, Theirs: o.Theirs})
		}
	}
	if len(problems) > 0 {
		return problems, nil
	}
	keys := make([]Key, len(drafts))
	for i, d := range drafts {
		keys[i] = d.Key
	}
	l := &loader{which: which{period: p, agency: agency, keys: keys, prefill: true}, db: tx, by: by, now: now}
	if err := l.load(ctx); err != nil {
		return nil, err
	}
	for _, d := range drafts {
		at := slices.IndexFunc(l.rows, func(r WorksheetRow) bool { return r.Key == d.Key })
		if at < 0 {
			problems = append(problems, Problem{Key: d.Key, Text: fmt.Sprintf("Indikator %s tidak jatuh tempo pada %s.", d.Indicator, d.Period)})
			continue
		}
		problems = append(problems, l.rows[at].problems(d)...)
	}
	if len(problems) > 0 {
		return problems, nil
	}
	if err := attachFeeds(ctx, tx, l.rows, now); err != nil {
		return nil, err
	}
	return nil, revise(ctx, tx, by, keys, now)
}

// problems are what keeps the row, with the draft written into it, from being handed in.
func (r *WorksheetRow) problems(d DraftRow) []Problem {
	var list []Problem
	add := func(field, text string) { list = append(list, Problem{Key: r.Key, Field: field, Text: text}) }
	v := r.Value
	years := r.facts.engine.Years
	if years[len(years)-1].Target == nil {
		add("", fmt.Sprintf("Indikator %s tidak punya target pada tahun %d.", r.Indicator, r.Period.Year))
		return list
	}
	for _, field := range r.numberFields() {
		if text := d.Typed[field]; text != "" && valueField(v, field) == "" && !v.NotApplicable {
			if _, problem := r.number(text); problem != "" {
				add(field, problem)
			}
		}
	}
	if len(list) == 0 {
		if field, text := r.facts.wrong(v); text != "" {
			add(field, text)
		}
	}
	for _, t := range v.texts() {
		if utf8.RuneCountInString(t.text) > t.most {
			add(t.field, "Teks ini terlalu panjang.")
		}
	}
	if text := d.Typed[FieldNextStepDue]; text != "" && v.NextStepDue == nil {
		add(FieldNextStepDue, "Tulis tanggal, misalnya 31-12-2026.")
	}
	if len(list) > 0 || v.NotApplicable {
		return list
	}
	for _, p := range r.unexplained(v) {
		add(p.Field, p.Text)
	}
	if text := r.MissingEvidence(v); text != "" {
		add(FieldEvidence, text)
	}
	return list
}

// unexplained is what is missing of the explanation of a value off target or far from the one
// before.
func (r *WorksheetRow) unexplained(v Value) []Problem {
	var list []Problem
	add := func(field, text string) { list = append(list, Problem{Key: r.Key, Field: field, Text: text}) }
	p := r.preview(v)
	why := r.why(v, p)
	if why == "" {
		return nil
	}
	for _, f := range []struct{ field, text, ask string }{
		{FieldNote, v.Note, "Tulis penyebabnya."}, {FieldObstacle, v.Obstacle, "Tulis kendalanya."}, {FieldNextStep, v.NextStep, "Tulis rencana tindak lanjutnya."},
	} {
		if strings.TrimSpace(f.text) == "" {
			add(f.field, f.ask+" "+why)
		}
	}
	if p == nil || !p.OffTarget {
		return list
	}
	if strings.TrimSpace(v.NextStepOwner) == "" {
		add(FieldNextStepOwner, "Tulis siapa yang mengerjakan tindak lanjutnya.")
	}
	switch today := r.facts.now.Format(time.DateOnly); {
	case v.NextStepDue == nil:
		add(FieldNextStepDue, "Tulis tanggal selesainya tindak lanjut.")
	case v.NextStepDue.Format(time.DateOnly) < today:
		add(FieldNextStepDue, "Tanggal selesainya tindak lanjut sudah lewat.")
	}
	return list
}

// fromFeed says that the value is the figure that another system delivered.
func (r *WorksheetRow) fromFeed(v Value) bool {
	return r.facts.feed != nil && sameFigures(v, r.facts.feed.value)
}

// evidenceFor is the evidence that v is handed in with: that of the working copy, and of feeds
// the one that v was taken from.
func (r *WorksheetRow) evidenceFor(v Value) []DraftEvidence {
	evidence := slices.DeleteFunc(slices.Clone(r.Evidence), func(e DraftEvidence) bool { return e.Kind == EvidenceFeed })
	if r.fromFeed(v) {
		evidence = append(evidence, r.facts.feed.evidence(r.Key))
	}
	return evidence
}

// attachFeeds puts the feed beside the values that were taken from it, and takes away what an
// earlier value was taken from.
func attachFeeds(ctx context.Context, tx bun.Tx, rows []WorksheetRow, now time.Time) error {
	var ids []int64
	for i := range rows {
		ids = append(ids, rows[i].ReportID)
	}
	_, err := tx.NewRaw(`DELETE FROM draft_evidence WHERE report_id = ANY (?) AND kind = ?`, pgdialect.Array(ids), EvidenceFeed).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take away feeds: %w", err)
	}
	for i := range rows {
		if r := &rows[i]; r.fromFeed(r.Value) {
			if _, err := keepEvidence(ctx, tx, nil, r.ReportID, r.facts.feed.evidence(r.Key), now); err != nil {
				return err
			}
		}
	}
	return nil
}

// revise keeps the working copies with their evidence as new revisions, and moves them on.
func revise(ctx context.Context, tx bun.Tx, by *account.User, keys []Key, now time.Time) error {
	files, err := openAll(ctx, tx, by, keys, now)
	if err != nil {
		return err
	}
	moves := make([]move, 0, len(keys))
	ids := make([]int64, 0, len(keys))
	for _, k := range keys {
		f := files[k]
		if _, err := f.mayStep(EventSubmitted, roleOperator); err != nil {
			return err
		}
		f.Revision++
		ids = append(ids, f.ID)
		moves = append(moves, move{f, Event{Kind: EventSubmitted, At: now, Role: roleOperator}})
	}
	_, err = tx.NewRaw(`
		WITH raised AS (
			UPDATE reports SET revision = revision + 1, typed = '{}' WHERE id = ANY (?0) RETURNING *
		), kept AS (
			INSERT INTO report_revisions (report_id, revision, `+valueColumns+`, handed_in_at)
			SELECT id, revision, `+valueColumns+`, ?1 FROM raised ORDER BY id
			RETURNING id, report_id
		)
		INSERT INTO evidence (public_id, revision_id, kind, statement, title, sha256, media_type, size_bytes, url, added_at)
		SELECT gen_random_uuid(), kept.id, d.kind, d.statement, d.title, d.sha256, d.media_type, d.size_bytes, d.url, d.added_at
		FROM kept JOIN draft_evidence d ON d.report_id = kept.report_id ORDER BY kept.id, d.added_at, d.public_id`, pgdialect.Array(ids), now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep revisions: %w", err)
	}
	return carryOut(ctx, tx, by, moves, now)
}
