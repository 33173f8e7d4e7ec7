package report

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
	"petajalan/internal/indonesian"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
)

// LateEntry is leave to report after a period has closed.
type LateEntry struct {
	ID        int64
	Agency    string
	Indicator string // code; empty: all of the agency
	Period    roadmap.Period
	EndsAt    time.Time // exclusive
	Reason    string
	GrantedBy string // name
	GrantedAt time.Time
	RevokedAt *time.Time
}

// Holds says whether the leave holds at the instant now.
func (l *LateEntry) Holds(now time.Time) bool { return l.RevokedAt == nil && now.Before(l.EndsAt) }

// GrantLateEntry gives leave, with a reason and an end. Only Bagian Organisasi may. Of l the
// fields Agency, Indicator, Period, EndsAt and Reason count. Invalid in words where one is
// wrong. It returns the id. The same leave asked for twice is given once, so that taking it back
// takes it back.
func GrantLateEntry(ctx context.Context, db bun.IDB, by *account.User, l LateEntry, now time.Time) (int64, error) {
	l.Reason = cleanText(l.Reason)
	switch {
	case !by.MayReopen():
		return 0, fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat memberi izin lapor terlambat.")
	case l.Reason == "":
		return 0, fault.New(fault.Invalid, "Tulis alasan izin lapor terlambat.")
	case utf8.RuneCountInString(l.Reason) > maxText:
		return 0, fault.New(fault.Invalid, "Alasan paling banyak 2.000 karakter.")
	case !l.EndsAt.After(now):
		return 0, fault.New(fault.Invalid, "Izin harus berakhir sesudah saat ini.")
	}
	var id int64
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		agencyID, indicatorID, err := findSeries(ctx, tx, l.Agency, l.Indicator)
		if err != nil {
			return err
		}
		if id, err = givenAlready(ctx, tx, "leave "+l.Agency, `SELECT id FROM late_entries WHERE revoked_at IS NULL AND agency_id = ?
			AND indicator_id IS NOT DISTINCT FROM ? AND year = ? AND quarter = ? AND ends_at = ? ORDER BY id LIMIT 1`,
			agencyID, indicatorID, l.Period.Year, l.Period.Quarter, l.EndsAt); err != nil || id != 0 {
			return err
		}
		var opened bool
		err = tx.NewRaw(`SELECT coalesce((SELECT opened_at IS NOT NULL FROM periods WHERE year = ? AND quarter = ?), false)`,
			l.Period.Year, l.Period.Quarter).Scan(ctx, &opened)
		switch {
		case err != nil:
			return fmt.Errorf("read period %s: %w", l.Period, err)
		case !opened:
			return fault.New(fault.Invalid, "Pelaporan %s belum dibuka.", l.Period)
		}
		err = tx.NewRaw(`INSERT INTO late_entries (agency_id, indicator_id, year, quarter, ends_at, reason, granted_by, granted_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, agencyID, indicatorID, l.Period.Year, l.Period.Quarter, l.EndsAt, l.Reason, by.ID, now).Scan(ctx, &id)
		if err != nil {
			return fmt.Errorf("grant a late entry: %w", err)
		}
		err = notice.Tell(ctx, tx, notice.Note{
			Key: fmt.Sprintf("late entry %d", id), Kind: notice.Duty, Roles: []string{roleOperator, roleHead}, Agency: l.Agency, Except: by.ID,
			Text: shorten(fmt.Sprintf("Laporan %s boleh diisi sampai %s, %s WIB.", l.Period.Words(), indonesian.Day(l.EndsAt.In(now.Location())), l.EndsAt.In(now.Location()).Format("15.04")), 900),
			Href: fmt.Sprintf("/kerja/laporan/%s/%s", l.Agency, l.Period),
		}, now)
		if err != nil {
			return err
		}
		l.ID = id
		return audit.Append(ctx, tx, audit.Entry{Stream: l.Agency, At: now, Actor: by.ID, Role: roleReviewer, Action: "grant late entry",
			Object: strings.TrimSpace(fmt.Sprintf("%s %s %s", l.Agency, l.Period, l.Indicator)), After: notedLeave{id, l.EndsAt.UTC().Format(time.RFC3339), l.Reason}})
	})
	return id, err
}

// givenAlready finds what the query asks for, in turn with others of the same name; 0: nothing.
func givenAlready(ctx context.Context, tx bun.Tx, name, query string, args ...any) (int64, error) {
	if _, err := tx.NewRaw(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, name).Exec(ctx); err != nil {
		return 0, fmt.Errorf("wait for %s: %w", name, err)
	}
	var id int64
	if err := tx.NewRaw(query, args...).Scan(ctx, &id); err != nil && !postgres.NoRows(err) {
		return 0, fmt.Errorf("look for %s: %w", name, err)
	}
	return id, nil
}

// notedLeave is what the trail keeps of a late entry or an exception.
type notedLeave struct {
	ID     int64  `json:"id"`
	Until  string `json:"until,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// findSeries finds an agency that reports, and its indicator where one is named. Invalid in
// words where there is none.
func findSeries(ctx context.Context, tx bun.Tx, agency, indicator string) (agencyID int64, indicatorID *int64, err error) {
	err = tx.NewRaw(`SELECT id FROM agencies WHERE code = ? AND reports`, agency).Scan(ctx, &agencyID)
	switch {
	case postgres.NoRows(err):
		return 0, nil, fault.New(fault.Invalid, "Tidak ada instansi pelapor berkode %q.", agency)
	case err != nil:
		return 0, nil, fmt.Errorf("find agency %s: %w", agency, err)
	case indicator == "":
		return agencyID, nil, nil
	}
	var id int64
	err = tx.NewRaw(`SELECT i.id FROM indicators i JOIN target_series s ON s.indicator_id = i.id WHERE i.code = ? AND s.agency_id = ?`, indicator, agencyID).Scan(ctx, &id)
	switch {
	case postgres.NoRows(err):
		return 0, nil, fault.New(fault.Invalid, "Instansi itu tidak punya indikator %q.", indicator)
	case err != nil:
		return 0, nil, fmt.Errorf("find indicator %s: %w", indicator, err)
	}
	return agencyID, &id, nil
}

// RevokeLateEntry takes a leave back. Conflict when it does not hold any more.
func RevokeLateEntry(ctx context.Context, db bun.IDB, by *account.User, id int64, now time.Time) error {
	if !by.MayReopen() {
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat mencabut izin lapor terlambat.")
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var agency string
		err := tx.NewRaw(`UPDATE late_entries l SET revoked_at = ? FROM agencies a
			WHERE l.id = ? AND a.id = l.agency_id AND l.revoked_at IS NULL AND l.ends_at > ? RETURNING a.code`, now, id, now).Scan(ctx, &agency)
		switch {
		case postgres.NoRows(err):
			return fault.New(fault.Conflict, "Izin itu sudah berakhir atau dicabut.")
		case err != nil:
			return fmt.Errorf("revoke late entry %d: %w", id, err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: agency, At: now, Actor: by.ID, Role: roleReviewer, Action: "revoke late entry",
			Object: fmt.Sprintf("%s %d", agency, id), After: notedLeave{ID: id}})
	})
}

// LateEntries lists all leaves, newest first, for those who see the city; others see those of
// their agencies.
func LateEntries(ctx context.Context, db bun.IDB, by *account.User) ([]LateEntry, error) {
	var rows []struct {
		LateEntry     `bun:",inherit"`
		Year, Quarter int
	}
	err := db.NewRaw(`
		SELECT l.id, a.code AS agency, coalesce(i.code, '') AS indicator, l.year, l.quarter, l.ends_at, l.reason, u.name AS granted_by, l.granted_at, l.revoked_at
		FROM late_entries l JOIN agencies a ON a.id = l.agency_id LEFT JOIN agencies up ON up.id = a.parent_id
		LEFT JOIN indicators i ON i.id = l.indicator_id JOIN users u ON u.id = l.granted_by
		WHERE ? ORDER BY l.id DESC`, visible(by)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list late entries: %w", err)
	}
	list := make([]LateEntry, len(rows))
	for i, r := range rows {
		list[i] = r.LateEntry
		list[i].Period = roadmap.Period{Year: r.Year, Quarter: r.Quarter}
	}
	return list, nil
}

// visible is the condition under which by sees the agency a below up.
func visible(by *account.User) schema.QueryWithArgs {
	if by.MaySeeCity() {
		return bun.SafeQuery("TRUE")
	}
	agencies, heads := []string{}, []string{}
	if by != nil && !by.Disabled {
		agencies, heads = append(agencies, by.Agencies()...), append(heads, by.HeadOf()...)
	}
	return bun.SafeQuery("(a.code = ANY (?::text[]) OR up.code = ANY (?::text[]))", pgdialect.Array(agencies), pgdialect.Array(heads))
}
