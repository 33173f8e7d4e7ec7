package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// work is what the people with accounts have done so far, each step as the program itself does
// it: a draft, two reports on their way, one returned. What is there already is left alone.
func (q *quarter) work(ctx context.Context) error {
	people := map[string]*account.User{}
	for login, u := range q.users {
		people[login] = u
	}
	for _, part := range []struct {
		agency string
		do     func(context.Context, *roadmap.Agency, map[string]*account.User) error
	}{
		{"dispendukcapil", q.begin},
		{lurahAgency, q.waitForLurah},
		{"dlh", q.waitForVerifier},
		{"dinkes", q.comeBack},
	} {
		a := q.plan.Agency(part.agency)
		if a == nil {
			return fmt.Errorf("the plan has no agency %s", part.agency)
		}
		var there bool
		err := q.db.NewRaw(`SELECT EXISTS (SELECT FROM reports r JOIN target_series s ON s.id = r.series_id
			WHERE s.agency_id = ? AND r.year = ? AND r.quarter = ?)`, a.ID, current.Year, current.Quarter).Scan(ctx, &there)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		if err := part.do(ctx, a, people); err != nil {
			return fmt.Errorf("%s: %w", part.agency, err)
		}
	}
	return nil
}

// begin leaves the sheet of Dispendukcapil half done: a visitor finishes it in minutes.
func (q *quarter) begin(ctx context.Context, a *roadmap.Agency, people map[string]*account.User) error {
	var drafts []report.DraftRow
	for n, i := range q.due(a) {
		v := q.value(a, i, current)
		if systems[i.Code] || v.NotApplicable || n%4 != 0 {
			continue
		}
		drafts = append(drafts, report.DraftRow{Key: report.Key{Agency: a.Code, Indicator: i.Code, Period: current}, Value: v})
	}
	_, err := report.SaveDrafts(ctx, q.db, people["operator.dispendukcapil"], drafts, q.day(3, 110))
	return err
}

// waitForLurah hands in everything of the kelurahan, for its lurah to approve.
func (q *quarter) waitForLurah(ctx context.Context, a *roadmap.Agency, people map[string]*account.User) error {
	return q.handInAll(ctx, a, people["operator.bendogerit"], q.day(4, 35))
}

// waitForVerifier hands in everything of the agency, and its acting head approves.
func (q *quarter) waitForVerifier(ctx context.Context, a *roadmap.Agency, people map[string]*account.User) error {
	if err := q.handInAll(ctx, a, people["operator.dlh"], q.day(3, 150)); err != nil {
		return err
	}
	return q.approveAll(ctx, a, people["plt.dlh"], q.day(4, 15))
}

// comeBack lets one report of the agency come back from verification, after a question.
func (q *quarter) comeBack(ctx context.Context, a *roadmap.Agency, people map[string]*account.User) error {
	if err := q.handInAll(ctx, a, people["operator.dinkes"], q.day(2, 90)); err != nil {
		return err
	}
	if err := q.approveAll(ctx, a, people["kepala.dinkes"], q.day(3, 20)); err != nil {
		return err
	}
	k := report.Key{Agency: a.Code, Indicator: exceptedIndicator, Period: current}
	if _, err := report.Comment(ctx, q.db, people["organisasi"], k, "Apakah waktu tunggu di Puskesmas Sukorejo sudah memakai antrean baru?", q.day(4, 20)); err != nil {
		return err
	}
	_, err := report.Return(ctx, q.db, people["organisasi"], k, "Rekap Puskesmas Sukorejo belum terlampir; mohon dilengkapi.", q.day(4, 40))
	return err
}

// handInAll fills the sheet of the agency as its operator does, and hands it in.
func (q *quarter) handInAll(ctx context.Context, a *roadmap.Agency, by *account.User, now time.Time) error {
	proof, err := q.proof(ctx, a)
	if err != nil {
		return err
	}
	due := q.due(a)
	err = q.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, i := range due {
			if systems[i.Code] {
				continue
			}
			k := report.Key{Agency: a.Code, Indicator: i.Code, Period: current}
			_, err := report.AddEvidence(ctx, tx, by, k, report.DraftEvidence{
				Kind: proof.Kind, Title: proof.Title, SHA256: proof.SHA256, MediaType: proof.MediaType, Size: proof.Size}, now)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	sheet, err := report.LoadWorksheet(ctx, q.db, by, a.Code, current, now)
	if err != nil {
		return err
	}
	var drafts []report.DraftRow
	for _, i := range due {
		row := sheet.Row(i.Code)
		if row == nil || row.Exempt != "" {
			continue
		}
		v := q.value(a, i, current)
		if row.NoteWhy(v) != "" {
			v = q.explanation(a, i, v)
		}
		drafts = append(drafts, report.DraftRow{Key: row.Key, Version: row.Version, Value: v})
	}
	id := newDice("submission", a.Code, current.String())
	problems, err := report.SubmitAll(ctx, q.db, by, a.Code, current, drafts, fmt.Sprintf("%08x-0000-4000-8000-%012x", id.Uint32(), id.Uint64()>>16), now.Add(25*time.Minute))
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		return fmt.Errorf("hand in %s: %s, %s", problems[0].Key, problems[0].Field, problems[0].Text)
	}
	return nil
}

// approveAll lets the head approve all that was handed in.
func (q *quarter) approveAll(ctx context.Context, a *roadmap.Agency, by *account.User, now time.Time) error {
	sheet, err := report.ApprovalQueue(ctx, q.db, by, a.Code, current, now)
	if err != nil {
		return err
	}
	decisions := make([]report.Decision, len(sheet.Rows))
	for i, r := range sheet.Rows {
		decisions[i] = report.Decision{Key: r.Key, Version: r.Version}
	}
	outcomes, err := report.ApproveAll(ctx, q.db, by, decisions, now)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(outcomes, func(o report.Outcome) bool { return !o.Done }); i >= 0 {
		return fmt.Errorf("approve %s: %s", outcomes[i].Key, outcomes[i].Text)
	}
	return nil
}
