package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// Approve puts the head of the agency behind the figures. Whoever typed them may
// not.
func Approve(ctx context.Context, db bun.IDB, by *account.User, k Key, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, func(ctx context.Context, tx bun.Tx, f *file) error {
		if !by.MayApprove(k.Agency) {
			return fault.New(fault.Forbidden, "Hanya kepala instansi ini yang dapat menyetujui laporannya.")
		}
		if err := f.mayMove(now); err != nil {
			return err
		}
		if err := f.notTyped(ctx, tx, by); err != nil {
			return err
		}
		return f.move(ctx, tx, by, Event{Kind: EventApproved, At: now, Role: roleHead})
	})
}

// Verify makes an approved report count, with the grade of its evidence. Whoever
// typed the figures may not.
func Verify(ctx context.Context, db bun.IDB, by *account.User, k Key, grade string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, func(ctx context.Context, tx bun.Tx, f *file) error {
		switch {
		case !by.MayVerify():
			return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat memverifikasi laporan.")
		case !slices.Contains(grades, grade):
			return fault.New(fault.Invalid, "Pilih mutu bukti laporan ini.")
		}
		if err := f.mayMove(now); err != nil {
			return err
		}
		if err := f.notTyped(ctx, tx, by); err != nil {
			return err
		}
		return f.move(ctx, tx, by, Event{Kind: EventVerified, At: now, Role: roleReviewer, Grade: grade})
	})
}

// Return sends a report back with a reason; it goes through all steps again. The
// head of the agency may while it is handed in, Bagian Organisasi until it is
// verified.
func Return(ctx context.Context, db bun.IDB, by *account.User, k Key, reason string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, func(ctx context.Context, tx bun.Tx, f *file) error {
		reason := strings.TrimSpace(reason)
		switch {
		case !by.MayReturn(k.Agency):
			return fault.New(fault.Forbidden, "Hanya kepala instansi ini atau Bagian Organisasi yang dapat mengembalikan laporan.")
		case reason == "":
			return fault.New(fault.Invalid, "Tulis alasan laporan ini dikembalikan.")
		}
		if err := f.mayMove(now); err != nil {
			return err
		}
		role := roleHead
		if by.MayVerify() {
			role = roleReviewer
		}
		return f.move(ctx, tx, by, Event{Kind: EventReturned, At: now, Role: role, Reason: reason})
	})
}

// Reopen lets a report be handed in again, as a new revision, after it was
// verified or its period was closed. What was verified counts until the new
// revision is.
func Reopen(ctx context.Context, db bun.IDB, by *account.User, k Key, reason string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, func(ctx context.Context, tx bun.Tx, f *file) error {
		reason := strings.TrimSpace(reason)
		switch {
		case !by.MayReopen():
			return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat membuka kembali laporan.")
		case reason == "":
			return fault.New(fault.Invalid, "Tulis alasan laporan ini dibuka kembali.")
		case f.reopened:
			return fault.New(fault.Conflict, "Laporan ini sudah dibuka kembali.")
		case f.Status != Verified && f.period.Takes(now):
			return fault.New(fault.Conflict, "Laporan ini masih berjalan; kembalikan saja kepada instansinya.")
		}
		return f.move(ctx, tx, by, Event{Kind: EventReopened, At: now, Role: roleReviewer, Reason: reason})
	})
}
