package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/followup"
	"petajalan/internal/notice"
)

// move is a step of one file.
type move struct {
	*file
	event Event
}

// carryOut does steps of one kind, of any number of files, in the caller's transaction: the new
// statuses with their events, what follows from them, who is told, and the trail.
func carryOut(ctx context.Context, tx bun.Tx, by *account.User, moves []move, now time.Time) error {
	if len(moves) == 0 {
		return nil
	}
	if err := keepMoves(ctx, tx, by, moves, now); err != nil {
		return err
	}
	ids := make([]int64, len(moves))
	for i, m := range moves {
		ids[i] = m.ID
	}
	switch moves[0].event.Kind {
	case EventWithdrawn, EventReturned, EventReopened:
		if err := takeBackEvidence(ctx, tx, ids); err != nil {
			return err
		}
	case EventVerified:
		if err := beginFollowUps(ctx, tx, ids, now); err != nil {
			return err
		}
	}
	if err := tell(ctx, tx, by, moves, now); err != nil {
		return err
	}
	return note(ctx, tx, by, moves, now)
}

// keepMoves writes the events and the new statuses.
func keepMoves(ctx context.Context, tx bun.Tx, by *account.User, moves []move, now time.Time) error {
	type row struct {
		ID       int64     `json:"id"`
		Revision int       `json:"revision"`
		Kind     EventKind `json:"kind"`
		Role     string    `json:"role"`
		AgencyID *int64    `json:"agency_id"`
		Reason   string    `json:"reason"`
		Grade    *string   `json:"grade"`
		Status   Status    `json:"status"`
	}
	rows := make([]row, len(moves))
	for i, m := range moves {
		next, err := m.mayStep(m.event.Kind, m.event.Role)
		if err != nil {
			return err
		}
		rows[i] = row{m.ID, m.Revision, m.event.Kind, m.event.Role, nil, m.event.Reason, orNull(m.event.Grade), next}
		if m.event.Role != roleReviewer {
			rows[i].AgencyID = &m.sheet.AgencyID
		}
		m.Status = next
		m.Version++
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write steps of reports: %w", err)
	}
	_, err = tx.NewRaw(`
		WITH steps AS (
			SELECT * FROM jsonb_to_recordset(?::jsonb) AS d (id bigint, revision int, kind text, role text, agency_id bigint, reason text, grade text, status text)
		), moved AS (
			UPDATE reports r SET status = steps.status, version = r.version + 1, updated_at = ?, updated_by = ? FROM steps WHERE r.id = steps.id
		)
		INSERT INTO report_events (report_id, revision, kind, at, by_user, by_role, by_agency_id, reason, evidence_grade)
		SELECT id, revision, kind, ?, ?, role, agency_id, reason, grade FROM steps ORDER BY id`,
		string(list), now, by.ID, now, by.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note steps of reports: %w", err)
	}
	return nil
}

// takeBackEvidence gives working copies the evidence of their newest revision, where they have
// none of their own.
func takeBackEvidence(ctx context.Context, tx bun.Tx, ids []int64) error {
	_, err := tx.NewRaw(`
		INSERT INTO draft_evidence (public_id, report_id, kind, statement, title, sha256, media_type, size_bytes, url, added_at)
		SELECT gen_random_uuid(), r.id, e.kind, e.statement, left(e.title, 120), e.sha256, e.media_type, e.size_bytes, e.url, e.added_at
		FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision JOIN evidence e ON e.revision_id = v.id
		WHERE r.id = ANY (?) AND NOT EXISTS (SELECT FROM draft_evidence d WHERE d.report_id = r.id)`, pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take back evidence: %w", err)
	}
	return nil
}

// beginFollowUps begins what the verified reports promise to do.
func beginFollowUps(ctx context.Context, tx bun.Tx, ids []int64, now time.Time) error {
	var revisions []int64
	err := tx.NewRaw(`SELECT v.id FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		WHERE r.id = ANY (?) AND v.next_step <> '' ORDER BY v.id`, pgdialect.Array(ids)).Scan(ctx, &revisions)
	if err != nil {
		return fmt.Errorf("look for next steps: %w", err)
	}
	return followup.Begin(ctx, tx, revisions, now)
}

// tell tells those who are next, in one note for each agency and period, or, of what goes back,
// for each report.
func tell(ctx context.Context, tx bun.Tx, by *account.User, moves []move, now time.Time) error {
	for _, group := range byAgency(moves) {
		k, kind := group[0].Key, group[0].event.Kind
		n := notice.Note{Kind: notice.Duty, Agency: k.Agency, Except: by.ID, Href: fmt.Sprintf("/kerja/laporan/%s/%s", k.Agency, k.Period)}
		occasion := now.UTC().Format(time.RFC3339Nano)
		switch kind {
		case EventSubmitted:
			n.Roles = []string{roleHead}
			n.Text = fmt.Sprintf("%s untuk %s menunggu persetujuan Anda.", things(group), k.Period.Words())
			n.Href = fmt.Sprintf("/kerja/setujui/%s/%s", k.Agency, k.Period)
		case EventApproved:
			n.Roles = []string{roleReviewer}
			n.Text = fmt.Sprintf("%s dari %s untuk %s menunggu verifikasi.", things(group), group[0].sheet.AgencyName, k.Period.Words())
			n.Href = fmt.Sprintf("/kerja/verifikasi?instansi=%s", k.Agency)
		case EventReturned, EventReopened:
			if err := tellBack(ctx, tx, n, group, now); err != nil {
				return err
			}
			continue
		default:
			continue
		}
		n.Key = fmt.Sprintf("%s %s %s %s", kind, k.Agency, k.Period, occasion)
		if err := notice.Tell(ctx, tx, n, now); err != nil {
			return err
		}
	}
	return nil
}

// tellBack tells the operator of each report that came back.
func tellBack(ctx context.Context, tx bun.Tx, n notice.Note, group []move, now time.Time) error {
	verb := "dikembalikan"
	if group[0].event.Kind == EventReopened {
		verb = "dibuka kembali"
	}
	n.Roles = []string{roleOperator}
	base := n.Href
	for _, m := range group {
		n.Key = fmt.Sprintf("%s %s revision %d", m.event.Kind, m.object(), m.Revision)
		n.Href = base + "/" + m.Indicator
		n.Text = shorten(fmt.Sprintf("%s untuk %s %s: %s", m.sheet.Name, m.Period.Words(), verb, m.event.Reason), 900)
		if err := notice.Tell(ctx, tx, n, now); err != nil {
			return err
		}
	}
	return nil
}

// things counts the reports of a group in words.
func things(group []move) string {
	if len(group) == 1 {
		return group[0].sheet.Name
	}
	return fmt.Sprintf("%d angka", len(group))
}

// shorten cuts a text to so many characters.
func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// byAgency groups moves by agency and period, in the order of their names, as the trail asks.
func byAgency(moves []move) [][]move {
	sorted := slices.Clone(moves)
	slices.SortStableFunc(sorted, func(a, b move) int {
		if c := strings.Compare(a.Agency, b.Agency); c != 0 {
			return c
		}
		return a.Period.Compare(b.Period)
	})
	var groups [][]move
	for i, m := range sorted {
		if i == 0 || m.Agency != sorted[i-1].Agency || m.Period != sorted[i-1].Period {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], m)
	}
	return groups
}

// actions are the words of the trail.
var actions = map[EventKind]string{
	EventSaved: "save draft", EventSubmitted: "hand in report", EventWithdrawn: "withdraw report", EventApproved: "approve report",
	EventReturned: "return report", EventVerified: "verify report", EventReopened: "reopen report",
}

// noted is what the trail keeps of a step.
type noted struct {
	Indicator string `json:"indicator"`
	Revision  int    `json:"revision,omitempty"`
	Version   int    `json:"version"`
	Figures   string `json:"figures,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Grade     string `json:"grade,omitempty"`
}

// note adds the steps to the trail, one entry for each agency and period.
func note(ctx context.Context, tx bun.Tx, by *account.User, moves []move, now time.Time) error {
	for _, group := range byAgency(moves) {
		m := group[0]
		after := make([]noted, len(group))
		for i, g := range group {
			after[i] = noted{g.Indicator, g.Revision, g.Version, "", g.event.Reason, g.event.Grade}
			if g.event.Kind == EventSaved || g.event.Kind == EventSubmitted {
				after[i].Figures = figureText(g.Value)
			}
		}
		object := m.object()
		if len(group) > 1 {
			object = fmt.Sprintf("%s %s", m.Agency, m.Period)
		}
		e := audit.Entry{Stream: m.Agency, At: now, Actor: by.ID, Role: m.event.Role, Action: actions[m.event.Kind], Object: object, After: after}
		if m.event.Role != roleReviewer {
			e.Agency = m.Agency
		}
		if err := audit.Append(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}
