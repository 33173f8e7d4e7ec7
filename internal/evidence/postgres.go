package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

// Postgres is a Store in the database: chunks of 256 KiB, of which one is in memory at a
// time. One backup then holds figures and files.
type Postgres struct {
	db *bun.DB
}

// cleanTimeout bounds the tidying up after an upload that failed.
const cleanTimeout = 5 * time.Second

// Put is of Store. Each chunk is a statement of its own, so that a slow reader holds no
// transaction; the file exists from the moment it is given its hash.
func (p *Postgres) Put(ctx context.Context, r io.Reader) (stored Stored, err error) {
	var id string
	if err := p.db.NewRaw(`INSERT INTO blobs (id) VALUES (gen_random_uuid()) RETURNING id`).Scan(ctx, &id); err != nil {
		return Stored{}, fmt.Errorf("begin to keep evidence: %w", noRoom(err))
	}
	kept := false
	defer func() {
		if kept {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
		defer cancel()
		// What cannot be removed now is removed by the sweep.
		_, _ = p.db.NewRaw(`DELETE FROM blobs WHERE id = ? AND sha256 IS NULL`, id).Exec(ctx)
	}()
	stored, err = p.write(ctx, id, r)
	if err != nil {
		return Stored{}, fmt.Errorf("keep evidence: %w", noRoom(err))
	}
	if kept, err = p.name(ctx, id, stored); err != nil {
		return Stored{}, fmt.Errorf("keep evidence %s: %w", stored.SHA256, noRoom(err))
	}
	return stored, nil
}

func (p *Postgres) write(ctx context.Context, id string, r io.Reader) (Stored, error) {
	sum := sha256.New()
	buffer := make([]byte, chunk)
	var size int64
	for n := 0; ; n++ {
		read, err := io.ReadFull(r, buffer)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return Stored{}, err
		}
		if read > 0 {
			sum.Write(buffer[:read]) // never fails
			size += int64(read)
			if _, err := p.db.NewRaw(`INSERT INTO blob_chunks (blob_id, n, data) VALUES (?, ?, ?)`, id, n, buffer[:read]).Exec(ctx); err != nil {
				return Stored{}, err
			}
		}
		if last {
			return Stored{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
		}
	}
}

// name gives the file its hash; false means that the same file was there already, which is
// young again now.
func (p *Postgres) name(ctx context.Context, id string, s Stored) (bool, error) {
	for {
		_, err := p.db.NewRaw(`UPDATE blobs SET sha256 = ?, size_bytes = ?, stored_at = now() WHERE id = ?`, s.SHA256, s.Size, id).Exec(ctx)
		if !postgres.Violates(err, "blobs_sha256_key") {
			return err == nil, err
		}
		res, err := p.db.NewRaw(`UPDATE blobs SET stored_at = now() WHERE sha256 = ?`, s.SHA256).Exec(ctx)
		if err != nil {
			return false, err
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return false, err
		}
		// It was swept between the two statements: this one takes its place.
	}
}

// Open is of Store.
func (p *Postgres) Open(ctx context.Context, sha256 string) (io.ReadCloser, error) {
	if !hashPattern.MatchString(sha256) {
		return nil, notStored()
	}
	var id string
	err := p.db.NewRaw(`SELECT id FROM blobs WHERE sha256 = ?`, sha256).Scan(ctx, &id)
	switch {
	case postgres.NoRows(err):
		return nil, notStored()
	case err != nil:
		return nil, fmt.Errorf("open evidence %s: %w", sha256, err)
	}
	return verify(&chunks{ctx: ctx, db: p.db, id: id}, sha256), nil
}

// chunks reads a file chunk by chunk.
type chunks struct {
	ctx   context.Context
	db    *bun.DB
	id    string
	next  int
	ready []byte
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.ready) == 0 {
		err := c.db.NewRaw(`SELECT data FROM blob_chunks WHERE blob_id = ? AND n = ?`, c.id, c.next).Scan(c.ctx, &c.ready)
		switch {
		case postgres.NoRows(err):
			return 0, io.EOF
		case err != nil:
			return 0, err
		}
		c.next++
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

func (c *chunks) Close() error { return nil }

// Old is of Store.
func (p *Postgres) Old(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	var found []string
	err := p.db.NewRaw(`SELECT sha256 FROM blobs WHERE stored_at < ? AND sha256 > ? ORDER BY sha256 LIMIT ?`, before, after, limit).Scan(ctx, &found)
	if err != nil {
		return nil, fmt.Errorf("list old evidence: %w", err)
	}
	return found, nil
}

// Remove is of Store.
func (p *Postgres) Remove(ctx context.Context, sha256 string, before time.Time) (bool, error) {
	n, err := p.remove(ctx, `sha256 = ? AND stored_at < ?`, sha256, before)
	return n > 0, err
}

// RemoveParts is of Store.
func (p *Postgres) RemoveParts(ctx context.Context, before time.Time) (int, error) {
	return p.remove(ctx, `sha256 IS NULL AND stored_at < ?`, before)
}

func (p *Postgres) remove(ctx context.Context, where string, args ...any) (int, error) {
	res, err := p.db.NewRaw(`DELETE FROM blobs WHERE `+where, args...).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("remove evidence: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// CheckRoom is of Store. The database says itself when its disk is full.
func (p *Postgres) CheckRoom(context.Context) error { return nil }
