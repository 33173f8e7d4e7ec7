package report

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/indonesian"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
)

// Exception is an accepted reason not to be assessed. It covers the periods whose last day
// lies within it and ends by itself.
type Exception struct {
	ID         int64
	Agency     string
	Indicator  string
	StartsOn   time.Time // a day
	EndsOn     time.Time // a day, included
	Reason     string
	AcceptedBy string // name; empty: unknown
	AcceptedAt time.Time
	RevokedAt  *time.Time
}

// States of an exception.
const (
	ExceptionAhead   = "akan_berlaku"
	ExceptionHolds   = "berlaku"
	ExceptionEnded   = "berakhir"
	ExceptionRevoked = "dicabut"
)

// State says how it stands with the exception at the instant now in the zone of now.
func (e *Exception) State(now time.Time) string {
	today := now.Format(time.DateOnly)
	switch {
	case e.RevokedAt != nil:
		return ExceptionRevoked
	case today < e.StartsOn.Format(time.DateOnly):
		return ExceptionAhead
	case today > e.EndsOn.Format(time.DateOnly):
		return ExceptionEnded
	}
	return ExceptionHolds
}

// AcceptException accepts a reason. Only Bagian Organisasi may. Of e the fields Agency,
// Indicator, StartsOn, EndsOn and Reason count. Invalid in words where one is wrong. It
// returns the id. The same exception accepted twice is one.
func AcceptException(ctx context.Context, db bun.IDB, by *account.User, e Exception, now time.Time) (int64, error) {
	e.Reason = cleanText(e.Reason)
	switch {
	case !by.MayReopen():
		return 0, fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat menerima pengecualian.")
	case e.Indicator == "":
		return 0, fault.New(fault.Invalid, "Pilih indikator yang dikecualikan.")
	case e.Reason == "":
		return 0, fault.New(fault.Invalid, "Tulis alasan pengecualian.")
	case utf8.RuneCountInString(e.Reason) > maxText:
		return 0, fault.New(fault.Invalid, "Alasan paling banyak 2.000 karakter.")
	case e.StartsOn.IsZero() || e.EndsOn.IsZero():
		return 0, fault.New(fault.Invalid, "Isi tanggal mulai dan tanggal berakhir.")
	case e.EndsOn.Before(e.StartsOn):
		return 0, fault.New(fault.Invalid, "Pengecualian berakhir sebelum mulai.")
	case e.EndsOn.After(e.StartsOn.AddDate(2, 0, 0)):
		return 0, fault.New(fault.Invalid, "Pengecualian paling lama dua tahun; sesudah itu diputuskan lagi.")
	}
	var id int64
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		agencyID, indicatorID, err := findSeries(ctx, tx, e.Agency, e.Indicator)
		if err != nil {
			return err
		}
		if id, err = givenAlready(ctx, tx, "exception "+e.Agency, `SELECT x.id FROM exceptions x JOIN target_series s ON s.id = x.series_id
			WHERE x.revoked_at IS NULL AND s.agency_id = ? AND s.indicator_id = ? AND x.starts_on = ? AND x.ends_on = ? ORDER BY x.id LIMIT 1`,
			agencyID, *indicatorID, e.StartsOn.Format(time.DateOnly), e.EndsOn.Format(time.DateOnly)); err != nil || id != 0 {
			return err
		}
		err = tx.NewRaw(`INSERT INTO exceptions (series_id, starts_on, ends_on, reason, accepted_by, accepted_at)
			SELECT id, ?, ?, ?, ?, ? FROM target_series WHERE agency_id = ? AND indicator_id = ? RETURNING id`,
			e.StartsOn.Format(time.DateOnly), e.EndsOn.Format(time.DateOnly), e.Reason, by.ID, now, agencyID, *indicatorID).Scan(ctx, &id)
		if err != nil {
			return fmt.Errorf("accept an exception: %w", err)
		}
		err = notice.Tell(ctx, tx, notice.Note{
			Key: fmt.Sprintf("exception %d", id), Kind: notice.News, Roles: []string{roleOperator, roleHead}, Agency: e.Agency, Except: by.ID,
			Text: fmt.Sprintf("Pengecualian untuk indikator %s diterima sampai %s.", e.Indicator, indonesian.Day(e.EndsOn)), Href: "/kerja/pengecualian",
		}, now)
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: e.Agency, At: now, Actor: by.ID, Role: roleReviewer, Action: "accept exception",
			Object: e.Indicator + " " + e.Agency, After: notedLeave{id, e.EndsOn.Format(time.DateOnly), e.Reason}})
	})
	return id, err
}

// RevokeException takes an exception back, from now on. Conflict when it was already.
func RevokeException(ctx context.Context, db bun.IDB, by *account.User, id int64, now time.Time) error {
	if !by.MayReopen() {
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat mencabut pengecualian.")
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var agency string
		err := tx.NewRaw(`UPDATE exceptions e SET revoked_at = ? FROM target_series s JOIN agencies a ON a.id = s.agency_id
			WHERE e.id = ? AND s.id = e.series_id AND e.revoked_at IS NULL RETURNING a.code`, now, id).Scan(ctx, &agency)
		switch {
		case postgres.NoRows(err):
			return fault.New(fault.Conflict, "Pengecualian itu tidak ada atau sudah dicabut.")
		case err != nil:
			return fmt.Errorf("revoke exception %d: %w", id, err)
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: agency, At: now, Actor: by.ID, Role: roleReviewer, Action: "revoke exception",
			Object: fmt.Sprintf("%s %d", agency, id), After: notedLeave{ID: id}})
	})
}

// Exceptions lists all exceptions, newest first, for those who see the city; others see those
// of their agencies.
func Exceptions(ctx context.Context, db bun.IDB, by *account.User) ([]Exception, error) {
	var list []Exception
	err := db.NewRaw(`
		SELECT e.id, a.code AS agency, i.code AS indicator, e.starts_on, e.ends_on, e.reason, coalesce(u.name, '') AS accepted_by, e.accepted_at, e.revoked_at
		FROM exceptions e JOIN target_series s ON s.id = e.series_id JOIN agencies a ON a.id = s.agency_id LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = s.indicator_id LEFT JOIN users u ON u.id = e.accepted_by
		WHERE ? ORDER BY e.id DESC`, visible(by)).Scan(ctx, &list)
	if err != nil {
		return nil, fmt.Errorf("list exceptions: %w", err)
	}
	return list, nil
}
