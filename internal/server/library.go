package server

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// library reads publications from the database. It reads nothing but the table of
// publications, so that the login of public reads needs no more, and it may be a replica.
type library struct {
	db *bun.DB
}

// publicationRow is a row of publications without its bytes.
type publicationRow struct {
	Number         int
	Year, Quarter  int
	AsOf           time.Time
	PublishedAt    time.Time
	Reason, Status string
	SHA256         string `bun:"sha256"`
	PreviousSHA256 *string
	Size           int
}

// newest returns the hash of the latest publication, "" when there is none.
func (l library) newest(ctx context.Context) (string, error) {
	var hash string
	err := l.db.NewRaw(`SELECT sha256 FROM publications ORDER BY number DESC LIMIT 1`).Scan(ctx, &hash)
	if err != nil && !postgres.NoRows(err) {
		return "", fmt.Errorf("look for a new publication: %w", err)
	}
	return hash, nil
}

// list returns what is said of every publication, oldest first.
func (l library) list(ctx context.Context) ([]editionInfo, error) {
	var rows []publicationRow
	err := l.db.NewRaw(`
		SELECT number, year, quarter, as_of, published_at, reason, status, sha256, previous_sha256,
		       octet_length(content) AS size
		FROM publications
		ORDER BY number`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list publications: %w", err)
	}
	all := make([]editionInfo, len(rows))
	for i, row := range rows {
		all[i] = editionInfo{
			Number:         row.Number,
			Period:         scoring.Period{Year: row.Year, Quarter: row.Quarter},
			AsOf:           row.AsOf.UTC(),
			PublishedAt:    row.PublishedAt.UTC(),
			Reason:         row.Reason,
			Status:         row.Status,
			SHA256:         row.SHA256,
			PreviousSHA256: row.PreviousSHA256,
			Size:           row.Size,
		}
	}
	return all, nil
}

// bytes returns the very bytes of a publication. An outage is fault.Unavailable.
func (l library) bytes(ctx context.Context, number int) ([]byte, error) {
	var content []byte
	// Streamed, they come in binary form; as text they would be twice as long.
	err := postgres.InTx(ctx, l.db, &sql.TxOptions{ReadOnly: true}, func(ctx context.Context, tx postgres.Tx) error {
		return tx.Stream(ctx, `SELECT content FROM publications WHERE number = $1`, []any{number}, func(rows pgx.Rows) error {
			for rows.Next() {
				if err := rows.Scan(&content); err != nil {
					return err
				}
			}
			return nil
		})
	})
	switch {
	case err == nil && content == nil:
		return nil, noPublication(number)
	case postgres.IsUnavailable(err):
		return nil, fault.Wrap(err, fault.Unavailable, "Terbitan %d belum dapat dibuka karena basis data sedang tidak terjangkau. Coba lagi sebentar lagi.", number)
	case err != nil:
		return nil, fmt.Errorf("read publication %d: %w", number, err)
	}
	return content, nil
}

// methodKey begins the rule set in the bytes of a publication. They are canonical JSON, so
// it is written in no other way, and inside of a text its quotes would be escaped; methodRoom
// is more than a rule set takes, in bytes.
const (
	methodKey  = `"method":{`
	methodRoom = 64 << 10
)

// methods returns the codes of the rule sets of publications by number, which only their
// bytes know: it reads no more of them than the rule set.
func (l library) methods(ctx context.Context, numbers []int) (map[int]string, error) {
	codes := map[int]string{}
	if len(numbers) == 0 {
		return codes, nil
	}
	var rows []struct {
		Number int
		Method []byte
	}
	key := []byte(methodKey)
	err := l.db.NewRaw(`
		SELECT number, substring(content FROM position(?::bytea IN content) + ? FOR ?) AS method
		FROM publications
		WHERE number IN (?)`, key, len(methodKey)-1, methodRoom, bun.List(numbers)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the methods of publications: %w", err)
	}
	for _, row := range rows {
		var m scorecard.Method
		if err := json.NewDecoder(bytes.NewReader(row.Method)).Decode(&m); err != nil {
			return nil, fmt.Errorf("read the method of publication %d: %w", row.Number, err)
		}
		codes[row.Number] = m.ID
	}
	return codes, nil
}

// noPublication is the fault of a number that no publication has.
func noPublication(number int) error {
	return fault.New(fault.NotFound, "Terbitan %d tidak ada. Semua terbitan tercantum di halaman Riwayat terbitan.", number)
}

// readContent reads the bytes of a publication. Equal texts share memory: most of a
// publication are the same few codes and figures over and over.
func readContent(content []byte) (*scorecard.Content, error) {
	c := new(scorecard.Content)
	if err := json.Unmarshal(content, c); err != nil {
		return nil, fmt.Errorf("read the content of a publication: %w", err)
	}
	// Reading lists doubled their room as they grew.
	c.Achievements, c.Targets, c.Scores = slices.Clone(c.Achievements), slices.Clone(c.Targets), slices.Clone(c.Scores)
	pool{texts: map[string]string{}, pointers: map[string]*string{}}.share(reflect.ValueOf(c).Elem())
	return c, nil
}

// pool holds one copy of each text.
type pool struct {
	texts    map[string]string
	pointers map[string]*string
}

// share replaces the texts in v by those of the pool. Nothing may be changed in v afterwards.
func (p pool) share(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(p.text(v.String()))
	case reflect.Pointer:
		switch {
		case v.IsNil():
		case v.Type() == reflect.TypeFor[*string]():
			v.Set(reflect.ValueOf(p.pointer(v.Elem().String())))
		default:
			p.share(v.Elem())
		}
	case reflect.Slice:
		if kind := v.Type().Elem().Kind(); kind != reflect.Struct && kind != reflect.String && kind != reflect.Pointer {
			return
		}
		for i := range v.Len() {
			p.share(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			p.share(v.Field(i))
		}
	}
}

func (p pool) text(s string) string {
	if kept, ok := p.texts[s]; ok {
		return kept
	}
	p.texts[s] = s
	return s
}

func (p pool) pointer(s string) *string {
	if kept, ok := p.pointers[s]; ok {
		return kept
	}
	s = p.text(s)
	p.pointers[s] = &s
	return &s
}
