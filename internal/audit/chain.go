package audit

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Head is the end of a stream's chain, now or when it was anchored.
type Head struct {
	Stream string    `bun:"stream"`
	Seq    int64     `bun:"seq"`
	Hash   []byte    `bun:"hash"`
	At     time.Time `bun:"at"` // when it was anchored; zero: not yet
}

// String is the head on one line as it is kept outside of the database: the stream, the
// number of its last entry, and the hash of that in hexadecimal.
func (h Head) String() string { return fmt.Sprintf("%s %d %x", h.Stream, h.Seq, h.Hash) }

// Break is a place at which the trail is not what it was.
type Break struct {
	Stream string
	Seq    int64
	Why    Why
}

// Why says how a break was noticed.
type Why string

// Ways in which a break shows.
const (
	// Unchained is an entry that does not fit the one before it, a gap, or a head that is not
	// the last entry.
	Unchained Why = "unchained"
	// Unanchored is an entry that was anchored and is missing now, or is another.
	Unanchored Why = "unanchored"
)

// Heads lists the ends of all chains by stream.
func Heads(ctx context.Context, db bun.IDB) ([]Head, error) {
	var heads []Head
	if err := db.NewRaw(`SELECT stream, seq, hash FROM audit_heads ORDER BY stream`).Scan(ctx, &heads); err != nil {
		return nil, fmt.Errorf("read the heads of the trail: %w", err)
	}
	return heads, nil
}

// Anchor writes down where the chains end, for those that have grown since the last time,
// and returns these heads, so that the caller puts them where the database does not reach:
// a chain that was cut off, or written anew from its beginning, is whole in itself.
func Anchor(ctx context.Context, db bun.IDB, now time.Time) ([]Head, error) {
	var heads []Head
	err := db.NewRaw(`
		WITH anchored AS (
			INSERT INTO audit_anchors (at, stream, seq, hash)
			SELECT ?, h.stream, h.seq, h.hash
			FROM audit_heads h
			WHERE NOT EXISTS (SELECT FROM audit_anchors a WHERE a.stream = h.stream AND a.seq = h.seq AND a.hash = h.hash)
			ON CONFLICT DO NOTHING
			RETURNING at, stream, seq, hash
		)
		SELECT at, stream, seq, hash FROM anchored ORDER BY stream`, now).Scan(ctx, &heads)
	if err != nil {
		return nil, fmt.Errorf("anchor the trail: %w", err)
	}
	return heads, nil
}

// Broken looks at the whole trail: at each chain, and whether it holds all that was
// anchored. It returns the first break of each kind in a stream; none means that all is well.
func Broken(ctx context.Context, db bun.IDB) ([]Break, error) {
	unchained, err := breaks(ctx, db, Unchained, `SELECT stream, seq FROM audit_broken() ORDER BY stream`)
	if err != nil {
		return nil, err
	}
	lost, err := AnchorsLost(ctx, db)
	if err != nil {
		return nil, err
	}
	return append(unchained, lost...), nil
}

// AnchorsLost is the part of Broken that costs little: per stream, the first anchored entry
// that is missing or is another now.
func AnchorsLost(ctx context.Context, db bun.IDB) ([]Break, error) {
	return breaks(ctx, db, Unanchored, `
		SELECT a.stream, min(a.seq) AS seq
		FROM audit_anchors a
		LEFT JOIN audit_entries e ON e.stream = a.stream AND e.seq = a.seq
		WHERE e.hash IS DISTINCT FROM a.hash
		GROUP BY a.stream
		ORDER BY a.stream`)
}

// Against compares the trail with heads that were kept outside of the database. It returns
// those the trail does not hold.
func Against(ctx context.Context, db bun.IDB, heads []Head) ([]Break, error) {
	var broken []Break
	for part := range slices.Chunk(heads, 500) {
		type row struct {
			Stream string
			Seq    int64
			Hash   string
		}
		rows := make([]row, len(part))
		for i, h := range part {
			rows[i] = row{h.Stream, h.Seq, hex.EncodeToString(h.Hash)}
		}
		values := db.NewValues(&rows)
		found, err := breaks(ctx, db, Unanchored, `
			WITH kept (stream, seq, hash) AS (?)
			SELECT k.stream, k.seq::bigint AS seq
			FROM kept k
			LEFT JOIN audit_entries e ON e.stream = k.stream AND e.seq = k.seq::bigint
			WHERE encode(e.hash, 'hex') IS DISTINCT FROM k.hash
			ORDER BY k.stream, seq`, values)
		if err != nil {
			return nil, err
		}
		broken = append(broken, found...)
	}
	return broken, nil
}

// ReadHeads reads heads that were kept outside: lines as Head.String writes them, anywhere
// in a text. Other lines are passed over.
func ReadHeads(r io.Reader) ([]Head, error) {
	var heads []Head
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 3 {
			continue
		}
		seq, err := strconv.ParseInt(f[1], 10, 64)
		hash, hexErr := hex.DecodeString(f[2])
		if err != nil || hexErr != nil || seq < 1 || len(hash) != 32 {
			continue
		}
		heads = append(heads, Head{Stream: f[0], Seq: seq, Hash: hash})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read kept heads: %w", err)
	}
	return heads, nil
}

func breaks(ctx context.Context, db bun.IDB, why Why, query string, args ...any) ([]Break, error) {
	var list []Break
	if err := db.NewRaw(query, args...).Scan(ctx, &list); err != nil {
		return nil, fmt.Errorf("look for breaks in the trail: %w", err)
	}
	for i := range list {
		list[i].Why = why
	}
	return list, nil
}
