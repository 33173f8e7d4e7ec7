package machine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// keepAnswers is how long an answer is given again to the same request.
const keepAnswers = 72 * time.Hour

// MaxKey is how long the key of a request may be, in characters.
const MaxKey = 200

// What can be the matter with the key of a request.
var (
	ErrRunning      = fault.New(fault.Conflict, "Permintaan dengan Idempotency-Key ini masih dikerjakan. Coba lagi beberapa detik lagi.")
	ErrOtherRequest = errors.New("the key belongs to another request")
)

// Request is what a program asks for, for telling two requests apart.
type Request struct {
	Key, Method, Path string
	Body              []byte
}

func (r *Request) sum() []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.Method), []byte(r.Path), r.Body} {
		fmt.Fprintf(h, "%d\n", len(part))
		h.Write(part)
	}
	return h.Sum(nil)
}

// Answer is the answer to a request that changed something.
type Answer struct {
	Status   int
	Body     []byte
	Replayed bool // it was given before
}

// Once carries a request out in one transaction with the note that it was. The same request
// again gets the first answer, for three days, and changes nothing. ErrRunning while the first
// is under way; ErrOtherRequest where the key came with another method, path or body. What do
// refuses with an error leaves nothing behind, so that the key can be used again.
func Once(ctx context.Context, db *bun.DB, p *Principal, r Request, now time.Time, do func(context.Context, bun.Tx) (*Answer, error)) (*Answer, error) {
	var answer *Answer
	err := db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var mine bool
		err := tx.NewRaw(`SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0))`, fmt.Sprintf("machine %d %s", p.Token.ID, r.Key)).Scan(ctx, &mine)
		switch {
		case err != nil:
			return fmt.Errorf("begin a request: %w", err)
		case !mine:
			return ErrRunning
		}
		sum := r.sum()
		if answer, err = findAnswer(ctx, tx, p, r.Key, sum, now); err != nil || answer != nil {
			return err
		}
		if answer, err = do(ctx, tx); err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO machine_answers (token_id, key, request_sha256, status, body, answered_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (token_id, key) DO UPDATE SET request_sha256 = EXCLUDED.request_sha256, status = EXCLUDED.status, body = EXCLUDED.body, answered_at = EXCLUDED.answered_at`,
			p.Token.ID, r.Key, sum, answer.Status, answer.Body, now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep an answer: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer, nil
}

// findAnswer returns the answer that was given under the key; nil: none, or too long ago.
func findAnswer(ctx context.Context, tx bun.Tx, p *Principal, key string, sum []byte, now time.Time) (*Answer, error) {
	var row struct {
		Same   bool
		Status int
		Body   []byte
	}
	err := tx.NewRaw(`SELECT request_sha256 = ? AS same, status, body FROM machine_answers WHERE token_id = ? AND key = ? AND answered_at > ?`,
		sum, p.Token.ID, key, now.Add(-keepAnswers)).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, nil //nolint:nilnil // as documented: there is none
	case err != nil:
		return nil, fmt.Errorf("look for an answer: %w", err)
	case !row.Same:
		return nil, ErrOtherRequest
	}
	return &Answer{Status: row.Status, Body: row.Body, Replayed: true}, nil
}

// Purge removes answers that are given no more, and returns how many went.
func Purge(ctx context.Context, db bun.IDB, now time.Time) (int, error) {
	res, err := db.NewRaw(`DELETE FROM machine_answers WHERE answered_at <= ?`, now.Add(-keepAnswers)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("purge answers to programs: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
