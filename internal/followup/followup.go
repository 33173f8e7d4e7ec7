// Package followup knows what agencies promised to do about missed targets: an action with
// its owner and its date, begun when the report that promises it is verified.
//
// A follow-up and what happened to it are only ever added to; its state is that of its last
// event.
package followup

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
)

// State says how far a follow-up has come.
type State string

// States of a follow-up.
const (
	Open    State = "berjalan"
	Overdue State = "lewat-tenggat" // open, and its date has passed
	Done    State = "selesai"
	Dropped State = "dihentikan" // no longer needed, or followed by another
)

// States lists all states, those that ask for something first.
var States = [...]State{Overdue, Open, Done, Dropped}

// Label is the state in words for the screen.
func (s State) Label() string {
	switch s {
	case Open:
		return "berjalan"
	case Overdue:
		return "lewat tenggat"
	case Done:
		return "selesai"
	case Dropped:
		return "dihentikan"
	}
	return string(s)
}

// Kinds of events.
const (
	begun   = "begun"
	noted   = "noted"
	moved   = "moved" // to another date
	done    = "done"
	dropped = "dropped"
)

// FollowUp (tindak lanjut) is an action that an agency promised.
type FollowUp struct {
	ID            string // in addresses; says nothing about how many there are
	Agency        string // code
	AgencyName    string
	Indicator     string // code
	IndicatorName string
	Year, Quarter int // of the report that promises it
	Action        string
	Owner         string    // the office that does it; empty: not said
	Due           time.Time // a day; zero: not said
	State         State
	Since         time.Time // when it began
	Last          Event     // what happened last
}

// Event is something that happened to a follow-up.
type Event struct {
	Kind string
	At   time.Time
	Role string // of who did it; empty: the program
	Name string // of the person; empty: the program
	Note string
}

// Word is what happened in one word for the screen.
func (e Event) Word() string {
	switch e.Kind {
	case begun:
		return "dimulai"
	case noted:
		return "dicatat"
	case moved:
		return "tenggat diubah"
	case done:
		return "selesai"
	case dropped:
		return "dihentikan"
	}
	return e.Kind
}

// Begin begins the follow-ups that verified revisions promise, in the transaction that
// verifies them. Those of the same report that still run are followed by the new one and
// dropped. Doing it twice changes nothing.
func Begin(ctx context.Context, tx bun.IDB, revisions []int64, now time.Time) error {
	if len(revisions) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`
		WITH promised AS (
			INSERT INTO follow_ups (agency_id, series_id, year, quarter, revision_id, action, owner, created_at)
			SELECT s.agency_id, s.id, r.year, r.quarter, v.id, v.next_step, v.next_step_owner, ?
			FROM report_revisions v
			JOIN reports r ON r.id = v.report_id
			JOIN target_series s ON s.id = r.series_id
			WHERE v.id = ANY (?) AND v.next_step <> ''
			ON CONFLICT ON CONSTRAINT follow_ups_revision_key DO NOTHING
			RETURNING id, series_id, year, quarter, revision_id
		), dropped AS (
			INSERT INTO follow_up_events (follow_up_id, kind, at, by_role, note)
			SELECT f.id, 'dropped', ?, '', 'Diganti oleh rencana pada laporan yang diperbaiki.'
			FROM promised p
			JOIN follow_ups f ON (f.series_id, f.year, f.quarter) = (p.series_id, p.year, p.quarter)
			WHERE NOT EXISTS (SELECT FROM follow_up_events e WHERE e.follow_up_id = f.id AND e.kind IN ('done', 'dropped'))
		)
		INSERT INTO follow_up_events (follow_up_id, kind, at, by_role, due)
		SELECT p.id, 'begun', ?, '', v.next_step_due FROM promised p JOIN report_revisions v ON v.id = p.revision_id`,
		now, pgdialect.Array(revisions), now, now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin follow-ups: %w", err)
	}
	return nil
}

// Filter chooses follow-ups; an empty field does not choose.
type Filter struct {
	Agency string // code
	State  State
}

// limit bounds a list.
const limit = 500

// List reads the follow-ups that by may see, the overdue first, then by date. now decides
// what is overdue: from the day after its date on.
func List(ctx context.Context, db bun.IDB, by *account.User, f Filter, now time.Time) ([]FollowUp, error) {
	return read(ctx, db, by, now, bun.SafeQuery("(? = '' OR a.code = ?) AND (? = '' OR x.state = ?)", f.Agency, f.Agency, f.State, f.State))
}

// Find reads one follow-up and its events, oldest first. NotFound when there is none that
// by may see.
func Find(ctx context.Context, db bun.IDB, by *account.User, id string, now time.Time) (*FollowUp, []Event, error) {
	found, err := read(ctx, db, by, now, bun.SafeQuery("f.public_id::text = ?", id))
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return nil, nil, fault.New(fault.NotFound, "Tindak lanjut itu tidak ditemukan.")
	}
	var events []Event
	err = db.NewRaw(`SELECT e.kind, e.at, e.by_role AS role, coalesce(u.name, '') AS name, e.note
		FROM follow_up_events e JOIN follow_ups f ON f.id = e.follow_up_id LEFT JOIN users u ON u.id = e.by_user
		WHERE f.public_id::text = ? ORDER BY e.id`, id).Scan(ctx, &events)
	if err != nil {
		return nil, nil, fmt.Errorf("read events of a follow-up: %w", err)
	}
	return &found[0], events, nil
}

func read(ctx context.Context, db bun.IDB, by *account.User, now time.Time, where schema.QueryAppender) ([]FollowUp, error) {
	var rows []struct {
		ID, Agency, AgencyName, Indicator, IndicatorName string
		Year, Quarter                                    int
		Action, Owner                                    string
		Due                                              *string
		State                                            State
		Since                                            time.Time
		Kind                                             string
		At                                               time.Time
		Role, Name, Note                                 string
	}
	today := now.Format(time.DateOnly)
	err := db.NewRaw(`
		SELECT f.public_id::text AS id, a.code AS agency, a.name AS agency_name, i.code AS indicator, coalesce(sheet.name, i.code) AS indicator_name,
			f.year, f.quarter, f.action, f.owner, x.due::text AS due, x.state, f.created_at AS since,
			l.kind, l.at, l.by_role AS role, coalesce(u.name, '') AS name, l.note
		FROM follow_ups f
		JOIN agencies a ON a.id = f.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN target_series s ON s.id = f.series_id
		JOIN indicators i ON i.id = s.indicator_id
		LEFT JOIN LATERAL (
			SELECT sh.name FROM indicator_sheets sh JOIN roadmap_versions v ON v.id = sh.version_id
			WHERE sh.indicator_id = i.id AND v.first_year <= f.year ORDER BY v.number DESC LIMIT 1
		) sheet ON true
		JOIN LATERAL (SELECT * FROM follow_up_events e WHERE e.follow_up_id = f.id ORDER BY e.id DESC LIMIT 1) l ON true
		JOIN LATERAL (
			SELECT d.due, CASE WHEN c.kind = 'done' THEN 'selesai' WHEN c.kind = 'dropped' THEN 'dihentikan'
				WHEN d.due < ?::date THEN 'lewat-tenggat' ELSE 'berjalan' END AS state
			FROM (SELECT 1) one
			LEFT JOIN LATERAL (SELECT e.due FROM follow_up_events e WHERE e.follow_up_id = f.id AND e.due IS NOT NULL ORDER BY e.id DESC LIMIT 1) d ON true
			LEFT JOIN LATERAL (SELECT e.kind FROM follow_up_events e WHERE e.follow_up_id = f.id AND e.kind IN ('done', 'dropped') ORDER BY e.id DESC LIMIT 1) c ON true
		) x ON true
		LEFT JOIN users u ON u.id = l.by_user
		WHERE (? OR a.code = ANY (?) OR up.code = ANY (?)) AND (?)
		ORDER BY x.state <> 'lewat-tenggat', x.state <> 'berjalan', x.due NULLS LAST, f.id
		LIMIT ?`,
		today, by.MaySeeCity(), pgdialect.Array(append([]string{}, by.Agencies()...)), pgdialect.Array(append([]string{}, by.HeadOf()...)), where, limit).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read follow-ups: %w", err)
	}
	all := make([]FollowUp, len(rows))
	for i, r := range rows {
		all[i] = FollowUp{
			ID: r.ID, Agency: r.Agency, AgencyName: r.AgencyName, Indicator: r.Indicator, IndicatorName: r.IndicatorName,
			Year: r.Year, Quarter: r.Quarter, Action: r.Action, Owner: r.Owner, State: r.State, Since: r.Since,
			Last: Event{Kind: r.Kind, At: r.At, Role: r.Role, Name: r.Name, Note: r.Note},
		}
		if r.Due != nil {
			if all[i].Due, err = time.ParseInLocation(time.DateOnly, *r.Due, now.Location()); err != nil {
				return nil, fmt.Errorf("read the date of a follow-up: %w", err)
			}
		}
	}
	return all, nil
}

// maxNote bounds what is said about a follow-up, in characters.
const maxNote = 2000

// Note says how far a follow-up has come. So may the operator and the head of its agency,
// and Bagian Organisasi.
func Note(ctx context.Context, db bun.IDB, by *account.User, id, note string, now time.Time) error {
	return add(ctx, db, by, id, event{kind: noted, note: note, ask: "Tulis perkembangannya."}, now)
}

// Move gives a follow-up another date, with the reason.
func Move(ctx context.Context, db bun.IDB, by *account.User, id string, due time.Time, reason string, now time.Time) error {
	if day := due.Format(time.DateOnly); due.IsZero() || day < now.Format(time.DateOnly) {
		return fault.New(fault.Invalid, "Tenggat baru harus hari ini atau sesudahnya.")
	}
	return add(ctx, db, by, id, event{kind: moved, note: reason, due: due, ask: "Tulis alasan tenggatnya diubah."}, now)
}

// Finish says that a follow-up is done, and what came of it.
func Finish(ctx context.Context, db bun.IDB, by *account.User, id, note string, now time.Time) error {
	return add(ctx, db, by, id, event{kind: done, note: note, ask: "Tulis apa hasilnya."}, now)
}

// Drop ends a follow-up that is no longer needed. Only Bagian Organisasi may.
func Drop(ctx context.Context, db bun.IDB, by *account.User, id, reason string, now time.Time) error {
	return add(ctx, db, by, id, event{kind: dropped, note: reason, ask: "Tulis alasan dihentikan."}, now)
}

// event is what is to be added, and what to ask for when its note is missing.
type event struct {
	kind, note, ask string
	due             time.Time
}

func add(ctx context.Context, db bun.IDB, by *account.User, id string, e event, now time.Time) error {
	e.note = strings.TrimSpace(e.note)
	switch {
	case e.note == "":
		return fault.New(fault.Invalid, "%s", e.ask)
	case utf8.RuneCountInString(e.note) > maxNote:
		return fault.New(fault.Invalid, "Catatan paling panjang 2.000 karakter.")
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		// Rows that are only ever added to cannot be locked, so two who write at once wait here.
		if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(hashtext(?))`, "follow-up "+id).Exec(ctx); err != nil {
			return fmt.Errorf("wait for a follow-up: %w", err)
		}
		f, _, err := Find(ctx, tx, by, id, now)
		if err != nil {
			return err
		}
		local := by.MayReport(f.Agency) || by.MayApprove(f.Agency)
		switch {
		case e.kind == dropped && !by.MayVerify():
			return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat menghentikan tindak lanjut.")
		case !local && !by.MayVerify():
			return fault.New(fault.Forbidden, "Hanya instansi pemiliknya atau Bagian Organisasi yang dapat mengubah tindak lanjut ini.")
		case f.State == Done || f.State == Dropped:
			return fault.New(fault.Conflict, "Tindak lanjut ini sudah %s.", f.State.Label())
		}
		role, agency := account.Reviewer, ""
		if local {
			agency = f.Agency
			if role = account.Operator; by.MayApprove(f.Agency) {
				role = account.Head
			}
		}
		var due *string
		if !e.due.IsZero() {
			day := e.due.Format(time.DateOnly)
			due = &day
		}
		_, err = tx.NewRaw(`INSERT INTO follow_up_events (follow_up_id, kind, at, by_user, by_role, note, due)
			SELECT id, ?, ?, ?, ?, ?, ? FROM follow_ups WHERE public_id::text = ?`,
			e.kind, now, by.ID, role, e.note, due, id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("note %s of a follow-up: %w", e.kind, err)
		}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: f.Agency, At: now, Actor: by.ID, Role: string(role), Agency: agency,
			Action: e.kind + " follow-up", Object: fmt.Sprintf("%s %s %d-TW%d", f.Indicator, f.Agency, f.Year, f.Quarter),
			After: map[string]any{"note": e.note, "due": due},
		})
	})
}
