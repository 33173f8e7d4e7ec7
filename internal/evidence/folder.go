package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// Folder is a Store in a folder, which may be on a disk that several machines share. A file
// is ab/cd/abcd…; what is on its way in is in parts/ under a name of its own.
type Folder struct {
	root *os.Root
}

const (
	partsFolder = "parts"
	partSuffix  = ".part"
	// oldSuffix ends the name of a file that is being swept. A program that ended meanwhile
	// leaves it; RemoveParts brings back or takes away.
	oldSuffix = ".old"
)

// newFolder opens the folder and makes it where it is missing. Nobody but the account of
// the program may look into it.
func newFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the evidence folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the evidence folder: %w", err)
	}
	if err := root.MkdirAll(partsFolder, 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("make a folder for uploads: %w", err), root.Close())
	}
	return &Folder{root: root}, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// place is where the file of a hash is.
func place(sha256 string) string { return path.Join(sha256[:2], sha256[2:4], sha256) }

// Put is of Store: the file is written beside the others, brought to disk, and only then
// given its name.
func (f *Folder) Put(ctx context.Context, r io.Reader) (stored Stored, err error) {
	part := path.Join(partsFolder, rand.Text()+partSuffix)
	defer func() {
		if err != nil {
			_ = f.root.Remove(part) // gone already, or for the sweep
			err = fmt.Errorf("keep evidence: %w", noRoom(err))
		}
	}()
	stored, err = f.write(part, contextReader{ctx, r})
	if err != nil {
		return Stored{}, err
	}
	name := place(stored.SHA256)
	if err := f.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return Stored{}, err
	}
	if err := f.root.Rename(part, name); err != nil {
		return Stored{}, err
	}
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if err := f.sync(dir); err != nil {
			return Stored{}, err
		}
		if dir == "." {
			return stored, nil
		}
	}
}

// write brings all of r to disk under the name and returns its hash.
func (f *Folder) write(name string, r io.Reader) (_ Stored, err error) {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Stored{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(file, sum), onlyReader{r}, make([]byte, chunk))
	if err != nil {
		return Stored{}, err
	}
	return Stored{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}, file.Sync()
}

func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open is of Store.
func (f *Folder) Open(_ context.Context, sha256 string) (io.ReadCloser, error) {
	if !hashPattern.MatchString(sha256) {
		return nil, notStored()
	}
	file, err := f.root.Open(place(sha256))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, notStored()
	case err != nil:
		return nil, fmt.Errorf("open evidence %s: %w", sha256, err)
	}
	return verify(file, sha256), nil
}

// Old is of Store.
func (f *Folder) Old(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	var found []string
	err := fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // swept by another replica
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && name == partsFolder:
			return fs.SkipDir
		case d.IsDir() && isBefore(name, after):
			return fs.SkipDir
		case d.IsDir() || !hashPattern.MatchString(d.Name()) || d.Name() <= after:
			return nil
		}
		if old, err := isOld(d, before); err != nil || !old {
			return err
		}
		if found = append(found, d.Name()); len(found) == limit {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list old evidence: %w", err)
	}
	return found, nil
}

// isBefore reports whether all hashes in the folder come before the hash.
func isBefore(folder, hash string) bool {
	prefix := strings.ReplaceAll(folder, "/", "")
	return folder != "." && len(hash) >= len(prefix) && prefix < hash[:len(prefix)]
}

// isOld reports whether the file was written before the moment; false when it has gone.
func isOld(d fs.DirEntry, before time.Time) (bool, error) {
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.ModTime().Before(before), err
}

// Remove is of Store. The file gets another name first: if it was put again between the look
// and the removal, the young one is brought back or has stayed where it is.
func (f *Folder) Remove(_ context.Context, sha256 string, before time.Time) (bool, error) {
	if !hashPattern.MatchString(sha256) {
		return false, nil
	}
	name := place(sha256)
	info, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(before) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at evidence %s: %w", sha256, err)
	}
	if err := f.root.Rename(name, name+oldSuffix); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, fmt.Errorf("set evidence %s aside: %w", sha256, err)
	}
	return f.finish(name, before)
}

// finish removes a file that was set aside, or brings it back when it is young after all.
func (f *Folder) finish(name string, before time.Time) (removed bool, err error) {
	info, err := f.root.Stat(name + oldSuffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look at %s: %w", name+oldSuffix, err)
	case info.ModTime().Before(before):
		if err = f.root.Remove(name + oldSuffix); err == nil {
			return true, nil
		}
	default:
		err = f.root.Rename(name+oldSuffix, name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sweep %s: %w", name, err)
	}
	return false, nil
}

// RemoveParts is of Store. A file that a sweep set aside and did not come to remove is brought
// back, so that the next sweep asks again whether something names it.
func (f *Folder) RemoveParts(ctx context.Context, before time.Time) (int, error) {
	entries, err := fs.ReadDir(f.root.FS(), partsFolder)
	if err != nil {
		return 0, fmt.Errorf("list unfinished uploads: %w", err)
	}
	n := 0
	for _, d := range entries {
		old, err := isOld(d, before)
		if err != nil {
			return n, fmt.Errorf("look at an unfinished upload: %w", err)
		}
		if !old || !strings.HasSuffix(d.Name(), partSuffix) {
			continue
		}
		if err := f.root.Remove(path.Join(partsFolder, d.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return n, fmt.Errorf("remove an unfinished upload: %w", err)
		}
		n++
	}
	return n, f.bringBack(ctx)
}

func (f *Folder) bringBack(ctx context.Context) error {
	aside, err := f.aside(ctx)
	if err != nil {
		return err
	}
	for _, name := range aside {
		if _, err := f.finish(strings.TrimSuffix(name, oldSuffix), time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) aside(ctx context.Context) ([]string, error) {
	var names []string
	err := fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case strings.HasSuffix(name, oldSuffix):
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list evidence that was set aside: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// leastFree is how much of the disk of a folder must be free, in percent.
const leastFree = 5

// CheckRoom is of Store: at least 5 percent of the disk must be free.
func (f *Folder) CheckRoom(context.Context) error {
	free, err := freePercent(f.root)
	switch {
	case err != nil:
		return fmt.Errorf("look for free space for evidence: %w", err)
	case free < leastFree:
		return fmt.Errorf("%w: %d %% of the disk is free", ErrNoRoom, free)
	}
	return nil
}

// contextReader stops when the context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// onlyReader hides WriteTo, which would make the buffer of io.CopyBuffer useless.
type onlyReader struct{ io.Reader }
