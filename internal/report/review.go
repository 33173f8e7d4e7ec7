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
	return act(ctx, db, by, k, now, func(f *file) (Event, error) { return f.approve(by, now) })
}

func (f *file) approve(by *account.User, now time.Time) (Event, error) {
	if !by.MayApprove(f.Agency) {
		return Event{}, fault.New(fault.Forbidden, "Hanya kepala instansi ini yang dapat menyetujui laporannya.")
	}
	e := Event{Kind: EventApproved, Role: roleHead}
	return e, f.ready(e, now, func() error { return f.notTyped(by) })
}

// Verify makes an approved report count, with the grade of its evidence. Whoever
// typed the figures may not.
func Verify(ctx context.Context, db bun.IDB, by *account.User, k Key, grade string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, now, func(f *file) (Event, error) { return f.verify(by, grade, now) })
}

func (f *file) verify(by *account.User, grade string, now time.Time) (Event, error) {
	switch {
	case !by.MayVerify():
		return Event{}, fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat memverifikasi laporan.")
	case !slices.Contains(grades, grade):
		return Event{}, fault.New(fault.Invalid, "Pilih mutu bukti laporan ini.")
	}
	e := Event{Kind: EventVerified, Role: roleReviewer, Grade: grade}
	return e, f.ready(e, now, func() error { return f.notTyped(by) })
}

// Return sends a report back with a reason; it goes through all steps again. The
// head of the agency may while it is handed in, Bagian Organisasi until it is
// verified.
func Return(ctx context.Context, db bun.IDB, by *account.User, k Key, reason string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, now, func(f *file) (Event, error) { return f.giveBack(by, reason, now) })
}

func (f *file) giveBack(by *account.User, reason string, now time.Time) (Event, error) {
	reason = cleanText(reason)
	switch {
	case !by.MayReturn(f.Agency):
		return Event{}, fault.New(fault.Forbidden, "Hanya kepala instansi ini atau Bagian Organisasi yang dapat mengembalikan laporan.")
	case reason == "":
		return Event{}, fault.New(fault.Invalid, "Tulis alasan laporan ini dikembalikan.")
	case len([]rune(reason)) > maxText:
		return Event{}, fault.New(fault.Invalid, "Alasan paling banyak 2.000 karakter.")
	}
	e := Event{Kind: EventReturned, Role: roleHead, Reason: reason}
	if by.MayVerify() {
		e.Role = roleReviewer
	}
	return e, f.ready(e, now)
}

// Reopen lets a report be handed in again, as a new revision, after it was
// verified or its period was closed. What was verified counts until the new
// revision is.
func Reopen(ctx context.Context, db bun.IDB, by *account.User, k Key, reason string, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, now, func(f *file) (Event, error) {
		reason := strings.TrimSpace(cleanText(reason))
		switch {
		case !by.MayReopen():
			return Event{}, fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat membuka kembali laporan.")
		case reason == "":
			return Event{}, fault.New(fault.Invalid, "Tulis alasan laporan ini dibuka kembali.")
		case f.reopened:
			return Event{}, fault.New(fault.Conflict, "Laporan ini sudah dibuka kembali.")
		case f.Status != Verified && f.period.Takes(now):
			return Event{}, fault.New(fault.Conflict, "Laporan ini masih berjalan; kembalikan saja kepada instansinya.")
		}
		return Event{Kind: EventReopened, Role: roleReviewer, Reason: reason}, nil
	})
}

// Withdraw takes a report back before it is approved; it is a draft again.
func Withdraw(ctx context.Context, db bun.IDB, by *account.User, k Key, now time.Time) (*Report, error) {
	return act(ctx, db, by, k, now, func(f *file) (Event, error) {
		if !by.MayReport(k.Agency) {
			return Event{}, fault.New(fault.Forbidden, "Hanya operator instansi ini yang dapat menarik laporannya.")
		}
		e := Event{Kind: EventWithdrawn, Role: roleOperator}
		return e, f.ready(e, now)
	})
}

// ready refuses a step on what is locked, that the status does not allow, or that another rule
// forbids.
func (f *file) ready(e Event, now time.Time, rules ...func() error) error {
	if err := f.mayMove(now); err != nil {
		return err
	}
	for _, rule := range rules {
		if err := rule(); err != nil {
			return err
		}
	}
	_, err := f.mayStep(e.Kind, e.Role)
	return err
}
