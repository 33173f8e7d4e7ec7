package report

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// decideAll carries out one kind of step on many rows and tells of each that it could not.
func decideAll(ctx context.Context, db bun.IDB, by *account.User, kind EventKind, decisions []Decision, now time.Time) ([]Outcome, error) {
	if err := mayDecide(by, kind, decisions); err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(decisions))
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		keys := make([]Key, len(decisions))
		for i, d := range decisions {
			keys[i] = d.Key
		}
		files, err := openAll(ctx, tx, by, keys, now)
		if err != nil {
			return err
		}
		var moves []move
		var of []int
		done := map[Key]bool{}
		for i, d := range decisions {
			outcomes[i] = Outcome{Key: d.Key, Text: "Laporan itu tidak ditemukan."}
			f := files[d.Key]
			if f == nil || f.ID == 0 || done[d.Key] {
				continue
			}
			outcomes[i].Version, outcomes[i].Status = f.Version, f.Status
			e, err := f.decide(by, kind, d, now)
			if err != nil {
				outcomes[i].Text = fault.MessageOf(err)
				continue
			}
			e.At = now
			done[d.Key] = true
			moves, of = append(moves, move{f, e}), append(of, i)
		}
		if err := carryOut(ctx, tx, by, moves, now); err != nil {
			return err
		}
		for n, m := range moves {
			o := &outcomes[of[n]]
			o.Done, o.Text, o.Version, o.Status = true, "", m.Version, m.Status
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// mayDecide refuses who may decide nothing of all this.
func mayDecide(by *account.User, kind EventKind, decisions []Decision) error {
	heads := slices.ContainsFunc(decisions, func(d Decision) bool { return by.MayApprove(d.Agency) })
	switch {
	case len(decisions) == 0:
		return fault.New(fault.Invalid, "Pilih sedikitnya satu angka.")
	case kind == EventApproved && !heads:
		return fault.New(fault.Forbidden, "Hanya kepala instansi ini yang dapat menyetujui laporannya.")
	case kind == EventVerified && !by.MayVerify():
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat memverifikasi laporan.")
	case kind == EventReturned && !heads && !by.MayVerify():
		return fault.New(fault.Forbidden, "Hanya kepala instansi ini atau Bagian Organisasi yang dapat mengembalikan laporan.")
	}
	return nil
}

// decide is the step that a decision asks for.
func (f *file) decide(by *account.User, kind EventKind, d Decision, now time.Time) (Event, error) {
	if d.Version != f.Version {
		if _, err := f.mayStep(kind, roleFor(by, kind)); err != nil {
			return Event{}, err
		}
		return Event{}, fault.New(fault.Conflict, "Baris ini baru saja diubah %s. Periksa lagi angkanya.", nameOr(f.editor, "orang lain"))
	}
	switch kind {
	case EventApproved:
		return f.approve(by, now)
	case EventVerified:
		return f.verify(by, d.Grade, now)
	}
	return f.giveBack(by, d.Reason, now)
}

// roleFor is the role in which by does a step.
func roleFor(by *account.User, kind EventKind) string {
	if kind == EventApproved || !by.MayVerify() {
		return roleHead
	}
	return roleReviewer
}
