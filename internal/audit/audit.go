// Package audit keeps the trail of everything that was changed: who, in which role, when,
// what, before and after. Entries form a chain of hashes per stream, written by a function
// of the database that is all the program may use, in the transaction of the change itself.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Streams that belong to no agency. A change of an agency's own things goes into the
// stream named by its code.
const (
	Security = "security" // accounts, sign-in, refusals
	Publish  = "publish"  // publications, periods, spot checks
	Roadmap  = "roadmap"  // the plan, its versions and rules
	Jobs     = "jobs"     // what was asked of the scheduled work
)

// Entry is one change.
type Entry struct {
	Stream string // code of an agency, or one of the constants
	At     time.Time
	Actor  int64  // account; 0: the program itself
	Role   string // in which the actor acted; empty: none
	Agency string // code of the agency the actor acted for; empty: the city
	Action string // a verb and its noun, in English: "approve report"
	Object string // what it was done to, by its codes: "DUK-KTP dispendukcapil 2026-TW3"
	// Before and After are the fields that changed, as JSON; nil: none. Never a password,
	// a token or an address of a person.
	Before, After any
}

// Append adds the entry to the end of its stream. It is the last statement of the
// transaction of the change, since it holds the stream until that ends. A transaction that
// adds to several streams does so in the order of their names.
func Append(ctx context.Context, db bun.IDB, e Entry) error {
	detail, err := json.Marshal(struct {
		Before any `json:"before,omitempty"`
		After  any `json:"after,omitempty"`
	}{e.Before, e.After})
	if err != nil {
		return fmt.Errorf("write the detail of %q: %w", e.Action, err)
	}
	var actor *int64
	if e.Actor != 0 {
		actor = &e.Actor
	}
	_, err = db.NewRaw(`SELECT audit_append(?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Stream, e.At, actor, e.Role, e.Agency, requestID(ctx), e.Action, e.Object, string(detail)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note %q in the audit trail: %w", e.Action, err)
	}
	return nil
}

type requestKey struct{}

// WithRequest gives the context the id of the request, which entries then carry.
func WithRequest(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
