// Package evidence keeps the files that figures rest on. A file comes in through Inspect,
// which lets in few kinds and nothing that runs, is kept under its hash in a Store that all
// replicas share, and is named by rows of draft_evidence and evidence, which package report
// writes. What each indicator asks for, and how much room an agency has, is here too.
package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"syscall"
	"time"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Store keeps files under the SHA-256 of their content, written as 64 hexadecimal digits.
// The same content is kept once. All methods may be called at the same time, by several
// programs.
type Store interface {
	// Put keeps what r gives until its end. When it returns, the file outlives a crash; when it
	// fails, nobody finds any of it. The file counts as young from now on, also when it was
	// there before. ErrNoRoom when the store is full.
	Put(ctx context.Context, r io.Reader) (Stored, error)
	// Open reads a file. A byte that is not what was put ends the reading with ErrDamaged before
	// the last of the file is given. NotFound (fault) where there is no such file.
	Open(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Old lists up to limit files that were last put before the moment, in the order of their
	// hashes, beginning after the hash given.
	Old(ctx context.Context, before time.Time, after string, limit int) ([]string, error)
	// Remove takes a file away, if it was last put before the moment; a younger one, or none,
	// is no error.
	Remove(ctx context.Context, sha256 string, before time.Time) (removed bool, err error)
	// RemoveParts takes away what uploads begun before the moment have left unfinished.
	RemoveParts(ctx context.Context, before time.Time) (int, error)
	// CheckRoom says ErrNoRoom when the store is nearly full, so that a replica can refuse
	// work while it is still able to say so.
	CheckRoom(ctx context.Context) error
}

// Stored is a file that was put.
type Stored struct {
	SHA256 string
	Size   int64 // bytes
}

// ErrNoRoom says that a store is full; nothing was kept.
var ErrNoRoom = errors.New("there is no room for evidence")

// ErrDamaged says that a file is not what it was when it was put.
var ErrDamaged = errors.New("the file is damaged: its hash is another")

// chunk is how much of a file is held in memory at once, and the size of a row of blob_chunks.
const chunk = 256 << 10

var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

func notStored() error {
	return fault.New(fault.NotFound, "Berkas bukti ini tidak ada di penyimpanan.")
}

// noRoom turns the errors of a full disk, of the folder or of the database, into ErrNoRoom.
func noRoom(err error) error {
	const diskFull = "53100" // SQLSTATE
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || postgres.SQLState(err) == diskFull {
		return errors.Join(ErrNoRoom, err)
	}
	return err
}

// verified gives the bytes of a file and holds the last of them back until its hash is known
// to be the one it is kept under.
type verified struct {
	source io.ReadCloser
	want   string
	sum    hash.Hash
	ready  []byte        // may be given out
	held   *bytes.Buffer // read, and not yet known to be followed by something
	buffer []byte
	err    error // after ready
}

func verify(source io.ReadCloser, want string) *verified {
	return &verified{source: source, want: want, sum: sha256.New(), held: new(bytes.Buffer), buffer: make([]byte, chunk)}
}

func (v *verified) Read(p []byte) (int, error) {
	for len(v.ready) == 0 {
		if v.err != nil {
			return 0, v.err
		}
		v.fill()
	}
	n := copy(p, v.ready)
	v.ready = v.ready[n:]
	return n, nil
}

// fill reads one chunk and releases the one before it, or at the end both.
func (v *verified) fill() {
	n, err := io.ReadFull(v.source, v.buffer)
	v.sum.Write(v.buffer[:n]) // never fails
	v.ready = bytes.Clone(v.held.Bytes())
	v.held.Reset()
	v.held.Write(v.buffer[:n])
	switch {
	case err == nil:
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		if got := hex.EncodeToString(v.sum.Sum(nil)); got != v.want {
			v.ready, v.err = nil, fmt.Errorf("read evidence %s: %w", v.want, ErrDamaged)
			return
		}
		v.ready = append(v.ready, v.held.Bytes()...)
		v.err = io.EOF
	default:
		v.ready, v.err = nil, fmt.Errorf("read evidence %s: %w", v.want, err)
	}
}

func (v *verified) Close() error { return v.source.Close() }
