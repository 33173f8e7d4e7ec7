// Package steward keeps the roadmap: it amends targets, drafts and activates versions, and
// edits services, scales, rules, holidays, clauses and agencies.
//
// Only Bagian Organisasi does any of it. Everything is checked as the files of the seeds are,
// nothing that was promised or has governed a score is overwritten, and each change is noted
// in the trail "roadmap" in its own transaction.
package steward

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
)

// Problem is what is wrong with a part of a form: the field, and a sentence for it.
type Problem struct{ Field, Message string }

// Problems refuse a form. As an error they are an Invalid fault to whoever does not look closer.
type Problems []Problem

// Error tells the sentences, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Message
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes the problems an Invalid fault.
func (ps Problems) Unwrap() error { return fault.New(fault.Invalid, "%s", ps.Error()) }

func (ps *Problems) add(field, format string, args ...any) {
	*ps = append(*ps, Problem{field, fmt.Sprintf(format, args...)})
}

// orNil is the problems as an error; nil when there are none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// required notes that a text is missing or too long.
func (ps *Problems) required(field, label, text string, most int) {
	switch {
	case strings.TrimSpace(text) == "":
		ps.add(field, "Isi %s.", label)
	case len([]rune(text)) > most:
		ps.add(field, "%s paling panjang %d karakter.", upper(label), most)
	}
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// errMoved says that somebody else was faster.
func errMoved(what string) error {
	return fault.New(fault.Conflict, "%s sudah diubah orang lain sejak halaman ini dibuka. Yang Anda ketik belum disimpan; muat ulang, lalu periksa lagi.", what)
}

// guard refuses everybody but Bagian Organisasi.
func guard(by *account.User) error {
	if !by.MayPublish() {
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang mengubah peta jalan.")
	}
	return nil
}

// change runs f in a transaction and notes what it did in the trail. f returns the object and
// what was before and is after. The plan is changed by one at a time: an amendment, an
// activation and a merger may touch the same targets.
func change(ctx context.Context, db *bun.DB, by *account.User, action string, now time.Time,
	f func(ctx context.Context, tx bun.Tx) (object string, before, after any, err error)) error {
	if err := guard(by); err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('roadmap', 0))`); err != nil {
			return fmt.Errorf("wait for the roadmap: %w", err)
		}
		object, before, after, err := f(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: audit.Roadmap, At: now, Actor: by.ID, Role: string(account.Reviewer), Action: action, Object: object, Before: before, After: after,
		})
	})
}
