package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Kinds of stores, as PETAJALAN_EVIDENCE names them.
const (
	KindFolder   = "folder"
	KindPostgres = "postgres"
)

// markFile is the file of a folder that says which store it is.
const markFile = "mark"

// OpenFolder opens the store in the folder. It writes and reads a file there, and compares
// the mark of the folder with the one in the database: a folder that is not the one of the
// other replicas is refused, and so is a database whose evidence is kept elsewhere.
func OpenFolder(ctx context.Context, db *bun.DB, dir string, now time.Time) (*Folder, error) {
	f, err := newFolder(dir)
	if err != nil {
		return nil, err
	}
	if err := f.join(ctx, db, dir, now); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Folder) join(ctx context.Context, db *bun.DB, dir string, now time.Time) error {
	if err := f.try(); err != nil {
		return fmt.Errorf("try the evidence folder %s: %w", dir, err)
	}
	// In one transaction: should the mark not come to disk, the next start begins anew, and
	// another replica that starts now waits for both.
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		known, made, err := storeOf(ctx, tx, KindFolder, now)
		if err != nil {
			return err
		}
		there, err := f.mark()
		switch {
		case err != nil:
			return err
		case made && there == "":
			return f.setMark(known)
		case made:
			return fmt.Errorf("the evidence folder %s belongs to another database: its mark is %q. "+
				"Give this database an empty folder, or, if the files are its own, run `petajalan evidence adopt`", dir, there)
		case there != known:
			return fmt.Errorf("the evidence folder %s is not the one that this database knows: its mark is %q and should be %q. "+
				"Either another folder is mounted here than on the other replicas, or it was emptied. Mount the right one, or bring the files back and run `petajalan evidence adopt`",
				dir, there, known)
		}
		return nil
	})
}

// OpenPostgres opens the store in the database. It refuses a database whose evidence is
// kept in a folder.
func OpenPostgres(ctx context.Context, db *bun.DB, now time.Time) (*Postgres, error) {
	if _, _, err := storeOf(ctx, db, KindPostgres, now); err != nil {
		return nil, err
	}
	return &Postgres{db: db}, nil
}

// storeOf reads the mark of the store that the database knows, and makes one where it knows
// none yet. It refuses a store of another kind.
func storeOf(ctx context.Context, db bun.IDB, kind string, now time.Time) (known string, made bool, err error) {
	res, err := db.NewRaw(`INSERT INTO evidence_store (kind, mark, made_at) VALUES (?, gen_random_uuid(), ?) ON CONFLICT DO NOTHING`, kind, now).Exec(ctx)
	if err != nil {
		return "", false, fmt.Errorf("note where evidence is kept: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return "", false, err
	}
	var row struct{ Kind, Mark string }
	if err := db.NewRaw(`SELECT kind, mark FROM evidence_store`).Scan(ctx, &row); err != nil {
		return "", false, fmt.Errorf("read where evidence is kept: %w", err)
	}
	if row.Kind != kind {
		return "", false, fmt.Errorf("PETAJALAN_EVIDENCE is %q, but the evidence of this database is kept in %q. "+
			"Set it back, or move the files with `petajalan evidence move`", kind, row.Kind)
	}
	return row.Mark, n > 0, nil
}

// Adopt makes the store the one that the database knows, whatever it knew: after files were
// moved or brought back. db is the owner's.
func Adopt(ctx context.Context, db bun.IDB, s Store, now time.Time) error {
	kind, mark := KindPostgres, ""
	f, isFolder := s.(*Folder)
	if isFolder {
		kind = KindFolder
		if there, err := f.mark(); err != nil {
			return err
		} else if mark = there; mark == "" {
			mark = newMark()
			if err := f.setMark(mark); err != nil {
				return err
			}
		}
	}
	_, err := db.NewRaw(`INSERT INTO evidence_store (kind, mark, made_at)
		VALUES (?, coalesce(nullif(?, '')::uuid, gen_random_uuid()), ?)
		ON CONFLICT (one) DO UPDATE SET kind = EXCLUDED.kind, mark = EXCLUDED.mark, made_at = EXCLUDED.made_at`, kind, mark, now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note where evidence is kept: %w", err)
	}
	return nil
}

// Bare opens a store without asking whether the database knows it, for the commands that move
// and adopt.
func Bare(db *bun.DB, kind, dir string) (Store, error) {
	if kind == KindPostgres {
		return &Postgres{db: db}, nil
	}
	return newFolder(dir)
}

func newMark() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// try writes, reads and removes a file.
func (f *Folder) try() (err error) {
	name := path.Join(partsFolder, rand.Text()+partSuffix)
	defer func() { err = errors.Join(err, f.root.Remove(name)) }()
	const text = "probe"
	if _, err := f.write(name, strings.NewReader(text)); err != nil {
		return noRoom(err)
	}
	got, err := f.root.ReadFile(name)
	if err == nil && string(got) != text {
		err = errors.New("what was written is not what is read")
	}
	return err
}

func (f *Folder) mark() (string, error) {
	b, err := f.root.ReadFile(markFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the mark of the evidence folder: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (f *Folder) setMark(mark string) error {
	part := path.Join(partsFolder, rand.Text()+partSuffix)
	if _, err := f.write(part, strings.NewReader(mark+"\n")); err != nil {
		return fmt.Errorf("mark the evidence folder: %w", noRoom(err))
	}
	if err := f.root.Rename(part, markFile); err != nil {
		return fmt.Errorf("mark the evidence folder: %w", err)
	}
	return f.sync(".")
}

var _, _ Store = (*Folder)(nil), (*Postgres)(nil)
