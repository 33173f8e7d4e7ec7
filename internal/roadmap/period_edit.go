package roadmap

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/indonesian"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
)

// Moments are those of a period that may be moved; ends are exclusive, as in Reporting.
type Moments struct {
	OpensAt, DueAt, ClosesAt, PublishBy time.Time
}

// maxReason is the greatest length of a reason in characters.
const maxReason = 500

// MovePeriod moves the moments of a period that has not closed: the reason is for the trail
// and for those who report, who are told when an open period is moved. What has begun stays: the opening
// of an open period, and a due date that has passed unless it is put off. Nothing that is still
// to come may be moved into the past. now is in the zone of the city.
func MovePeriod(ctx context.Context, db bun.IDB, by *account.User, p Period, m Moments, reason string, now time.Time) error {
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > maxReason {
		return fault.New(fault.Invalid, "Tulis alasan perubahan, paling panjang %d karakter.", maxReason)
	}
	return editPeriod(ctx, db, by, p, func(ctx context.Context, tx bun.Tx, r Reporting) error {
		before := Moments{r.OpensAt, r.DueAt, r.ClosesAt, r.PublishBy}
		if err := checkMoments(r, m, now); err != nil {
			return err
		}
		_, err := tx.NewRaw(`UPDATE periods SET opens_at = ?, due_at = ?, closes_at = ?, publish_by = ?, moved_at = ? WHERE year = ? AND quarter = ?`,
			m.OpensAt, m.DueAt, m.ClosesAt, m.PublishBy, now, p.Year, p.Quarter).Exec(ctx)
		if err != nil {
			return fmt.Errorf("move period %s: %w", p, err)
		}
		if r.OpenedAt != nil {
			last := func(t time.Time) string { return indonesian.Day(t.Add(-time.Nanosecond).In(now.Location())) }
			if err := tellReporters(ctx, tx, fmt.Sprintf("move period %s %d", p, now.UnixMicro()),
				fmt.Sprintf("Jadwal pelaporan %s berubah: batas lapor %s, ditutup %s. Alasan: %s", p.Words(), last(m.DueAt), last(m.ClosesAt), reason), now); err != nil {
				return err
			}
		}
		return notePeriod(ctx, tx, by, p, "move period", before, struct {
			Moments
			Reason string
		}{m, reason}, now)
	})
}

func checkMoments(r Reporting, m Moments, now time.Time) error {
	switch {
	case r.ClosedAt != nil:
		return fault.New(fault.Conflict, "Periode ini sudah ditutup; jadwalnya tidak dapat diubah.")
	case !m.OpensAt.Before(m.DueAt):
		return fault.New(fault.Invalid, "Batas lapor harus sesudah hari dibuka.")
	case m.ClosesAt.Before(m.DueAt):
		return fault.New(fault.Invalid, "Hari ditutup tidak boleh sebelum batas lapor.")
	case m.PublishBy.Before(m.ClosesAt):
		return fault.New(fault.Invalid, "Batas terbit tidak boleh sebelum hari ditutup.")
	case r.OpenedAt != nil && !m.OpensAt.Equal(r.OpensAt):
		return fault.New(fault.Invalid, "Periode ini sudah dibuka; hari bukanya tidak dapat diubah.")
	case r.OpenedAt == nil && m.OpensAt.Before(End(r.Period, now.Location())):
		return fault.New(fault.Invalid, "Periode dibuka paling cepat setelah triwulannya berakhir.")
	}
	for _, c := range []struct {
		name      string
		was, will time.Time
	}{
		{"Hari dibuka", r.OpensAt, m.OpensAt}, {"Batas lapor", r.DueAt, m.DueAt},
		{"Hari ditutup", r.ClosesAt, m.ClosesAt}, {"Batas terbit", r.PublishBy, m.PublishBy},
	} {
		if !c.will.Equal(c.was) && !c.will.After(now) {
			return fault.New(fault.Invalid, "%s tidak dapat dipindah ke waktu yang sudah lewat.", c.name)
		}
	}
	return nil
}

// OpenPeriod opens a period by hand before its moment has come: its quarter must have ended.
func OpenPeriod(ctx context.Context, db bun.IDB, by *account.User, p Period, reason string, now time.Time) error {
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > maxReason {
		return fault.New(fault.Invalid, "Tulis alasan membuka periode sekarang, paling panjang %d karakter.", maxReason)
	}
	return editPeriod(ctx, db, by, p, func(ctx context.Context, tx bun.Tx, r Reporting) error {
		switch {
		case r.OpenedAt != nil:
			return fault.New(fault.Conflict, "Periode ini sudah dibuka.")
		case now.Before(End(p, now.Location())):
			return fault.New(fault.Conflict, "Triwulan ini belum berakhir, jadi belum dapat dilaporkan.")
		}
		opens := r.OpensAt
		if now.Before(opens) {
			opens = now
		}
		_, err := tx.NewRaw(`UPDATE periods SET opened_at = ?, opens_at = ?, moved_at = ? WHERE year = ? AND quarter = ?`,
			now, opens, now, p.Year, p.Quarter).Exec(ctx)
		if err != nil {
			return fmt.Errorf("open period %s: %w", p, err)
		}
		r.OpensAt = opens
		if err := TellOpened(ctx, tx, r, now); err != nil {
			return err
		}
		return notePeriod(ctx, tx, by, p, "open period", nil, map[string]string{"reason": reason}, now)
	})
}

// ClosePeriod closes an open period by hand, after its due date and before its moment has
// come. Reports that were not verified are then locked as they are.
func ClosePeriod(ctx context.Context, db bun.IDB, by *account.User, p Period, reason string, now time.Time) error {
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > maxReason {
		return fault.New(fault.Invalid, "Tulis alasan menutup periode sekarang, paling panjang %d karakter.", maxReason)
	}
	return editPeriod(ctx, db, by, p, func(ctx context.Context, tx bun.Tx, r Reporting) error {
		switch {
		case r.OpenedAt == nil:
			return fault.New(fault.Conflict, "Periode ini belum dibuka.")
		case r.ClosedAt != nil:
			return fault.New(fault.Conflict, "Periode ini sudah ditutup.")
		case now.Before(r.DueAt):
			return fault.New(fault.Conflict, "Periode ditutup paling cepat setelah batas lapor. Pindahkan dulu batas lapornya.")
		}
		closes := r.ClosesAt
		if now.Before(closes) {
			closes = now
		}
		_, err := tx.NewRaw(`UPDATE periods SET closed_at = ?, closes_at = ?, moved_at = ? WHERE year = ? AND quarter = ?`,
			now, closes, now, p.Year, p.Quarter).Exec(ctx)
		if err != nil {
			return fmt.Errorf("close period %s: %w", p, err)
		}
		if err := TellClosed(ctx, tx, r, now); err != nil {
			return err
		}
		return notePeriod(ctx, tx, by, p, "close period", nil, map[string]string{"reason": reason}, now)
	})
}

// editPeriod runs f with the period locked, when by may keep the calendar.
func editPeriod(ctx context.Context, db bun.IDB, by *account.User, p Period, f func(context.Context, bun.Tx, Reporting) error) error {
	if !by.MayVerify() {
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang mengatur kalender.")
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var row periodRow
		err := tx.NewSelect().Model(&row).Where("year = ? AND quarter = ?", p.Year, p.Quarter).For("UPDATE").Scan(ctx)
		switch {
		case postgres.NoRows(err):
			return fault.New(fault.NotFound, "Periode %s tidak ada di kalender.", p)
		case err != nil:
			return fmt.Errorf("lock period %s: %w", p, err)
		}
		return f(ctx, tx, row.reporting())
	})
}

func notePeriod(ctx context.Context, db bun.IDB, by *account.User, p Period, action string, before, after any, now time.Time) error {
	e := audit.Entry{Stream: audit.Publish, At: now, Action: action, Object: p.String(), Before: before, After: after}
	if by != nil {
		e.Actor, e.Role = by.ID, string(account.Reviewer)
	}
	return audit.Append(ctx, db, e)
}

// NoteKept tells of the periods that opened and closed by themselves and puts them into the
// trail. Those whose due date has passed already, as in a new database, are not told of.
func NoteKept(ctx context.Context, db bun.IDB, k KeptPeriods, now time.Time) error {
	if len(k.Opened)+len(k.Closed) == 0 {
		return nil
	}
	all, err := Periods(ctx, db)
	if err != nil {
		return err
	}
	byPeriod := make(map[Period]Reporting, len(all))
	for _, r := range all {
		byPeriod[r.Period] = r
	}
	for _, p := range k.Opened {
		if r := byPeriod[p]; now.Before(r.DueAt) {
			if err := TellOpened(ctx, db, r, now); err != nil {
				return err
			}
		}
	}
	for _, p := range k.Closed {
		if r := byPeriod[p]; now.Before(r.PublishBy) {
			if err := TellClosed(ctx, db, r, now); err != nil {
				return err
			}
		}
	}
	for _, p := range k.Opened {
		if err := notePeriod(ctx, db, nil, p, "open period", nil, nil, now); err != nil {
			return err
		}
	}
	for _, p := range k.Closed {
		if err := notePeriod(ctx, db, nil, p, "close period", nil, nil, now); err != nil {
			return err
		}
	}
	return nil
}

// TellOpened tells all who report that a period is open. now is in the zone of the city.
func TellOpened(ctx context.Context, db bun.IDB, r Reporting, now time.Time) error {
	due := r.DueAt.Add(-time.Nanosecond).In(now.Location())
	return tellReporters(ctx, db, "open period "+r.Period.String(),
		fmt.Sprintf("Pelaporan %s dibuka. Batas lapor %s.", r.Period.Words(), indonesian.Day(due)), now)
}

// TellClosed tells Bagian Organisasi that a period has closed and can be published.
func TellClosed(ctx context.Context, db bun.IDB, r Reporting, now time.Time) error {
	publish := r.PublishBy.Add(-time.Nanosecond).In(now.Location())
	return notice.Tell(ctx, db, notice.Note{
		Key: "close period " + r.Period.String(), Kind: notice.Duty, Href: "/kerja/terbitkan", Roles: []string{string(account.Reviewer)},
		Text: fmt.Sprintf("Pelaporan %s ditutup. Terbitkan paling lambat %s.", r.Period.Words(), indonesian.Day(publish)),
	}, now)
}

func tellReporters(ctx context.Context, db bun.IDB, key, text string, now time.Time) error {
	return notice.Tell(ctx, db, notice.Note{
		Key: key, Kind: notice.Duty, Text: text, Href: "/kerja/kalender",
		Roles: []string{string(account.Operator), string(account.Head)}, Agency: notice.AllAgencies,
	}, now)
}
