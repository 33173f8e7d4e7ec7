package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Filter narrows the trail down; empty fields ask for nothing.
type Filter struct {
	Stream string
	Login  string    // of the actor; "-" stands for the program itself
	Action string    // its beginning, in any case
	Object string    // a part of it, in any case
	From   time.Time // inclusive
	To     time.Time // exclusive
}

// Place is where a page of the trail ends, so that the next one begins after it. The zero
// value is the beginning: the newest entry.
type Place struct {
	At     time.Time
	Stream string
	Seq    int64
}

// Record is an entry as it stands in the trail.
type Record struct {
	Stream    string          `bun:"stream"`
	Seq       int64           `bun:"seq"`
	At        time.Time       `bun:"at"`
	ActorID   int64           `bun:"actor_id"` // 0: the program itself
	Login     string          `bun:"login"`    // of the actor; empty: the program itself
	Name      string          `bun:"name"`
	Role      string          `bun:"role"`
	Agency    string          `bun:"agency"`
	RequestID string          `bun:"request_id"`
	Action    string          `bun:"action"`
	Object    string          `bun:"object"`
	Detail    json.RawMessage `bun:"detail"` // {"before": …, "after": …}, each where there is one
	Hash      []byte          `bun:"hash"`
}

// Place is the place of the record, to go on after it.
func (r Record) Place() Place { return Place{r.At, r.Stream, r.Seq} }

// List reads at most limit records after the place, the newest first.
func List(ctx context.Context, db bun.IDB, f Filter, after Place, limit int) ([]Record, error) {
	q := db.NewSelect().
		TableExpr("audit_entries AS e").
		Join("LEFT JOIN users AS u ON u.id = e.actor_id").
		ColumnExpr("e.stream, e.seq, e.at, coalesce(e.actor_id, 0) AS actor_id, coalesce(u.login, '') AS login, coalesce(u.name, '') AS name").
		ColumnExpr("e.role, e.agency, e.request_id, e.action, e.object, e.detail, e.hash").
		OrderExpr("e.at DESC, e.stream DESC, e.seq DESC").
		Limit(int64(limit))
	if f.Stream != "" {
		q.Where("e.stream = ?", f.Stream)
	}
	switch f.Login {
	case "":
	case "-":
		q.Where("e.actor_id IS NULL")
	default:
		q.Where("u.login = ?", strings.ToLower(f.Login))
	}
	if f.Action != "" {
		q.Where("starts_with(lower(e.action), lower(?))", f.Action)
	}
	if f.Object != "" {
		q.Where("strpos(lower(e.object), lower(?)) > 0", f.Object)
	}
	if !f.From.IsZero() {
		q.Where("e.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.Where("e.at < ?", f.To)
	}
	if !after.At.IsZero() {
		q.Where("(e.at, e.stream, e.seq) < (?, ?, ?)", after.At, after.Stream, after.Seq)
	}
	var list []Record
	if err := q.Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("list the trail: %w", err)
	}
	return list, nil
}

// Streams lists the names of all streams that have an entry.
func Streams(ctx context.Context, db bun.IDB) ([]string, error) {
	var names []string
	if err := db.NewRaw(`SELECT stream FROM audit_heads ORDER BY stream`).Scan(ctx, &names); err != nil {
		return nil, fmt.Errorf("list the streams of the trail: %w", err)
	}
	return names, nil
}
