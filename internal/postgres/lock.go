package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// takeLock waits until it holds the file's lock alone. Closing the file frees
// it, and the operating system closes the files of a program that dies.
func takeLock(ctx context.Context, path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another program is starting or stopping the server: %w", ctx.Err()), f.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// shareLock takes a share of the file's lock.
func shareLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// alone says whether nobody else has a share of the lock on users. Asking
// changes the share: refused or not, it must be taken again.
func (p *Private) alone() (bool, error) {
	err := syscall.Flock(int(p.users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
		return false, err
	}
	return err == nil, syscall.Flock(int(p.users.Fd()), syscall.LOCK_SH)
}

// makeGate makes the named pipe anew and opens both ends: the one to read is
// for the server's supervisor, the one to write for us.
func makeGate(path string) (r, w *os.File, err error) {
	if err := os.RemoveAll(path); err != nil {
		return nil, nil, err
	}
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, nil, fmt.Errorf("make a named pipe in the data folder: %w", err)
	}
	// Reading blocks until somebody writes, unless told not to.
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", path, err)
	}
	// The supervisor is to wait in its read.
	if err := syscall.SetNonblock(fd, false); err != nil {
		return nil, nil, errors.Join(err, syscall.Close(fd))
	}
	r = os.NewFile(uintptr(fd), path)
	if w, err = enterGate(path); err != nil || w == nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s to write", path), err, r.Close())
	}
	return r, w, nil
}

// enterGate opens the end to write, or returns nil when nobody reads: no
// server is supervised in the folder.
func enterGate(path string) (*os.File, error) {
	fd, err := syscall.Open(path, syscall.O_WRONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	switch {
	case err == nil:
		return os.NewFile(uintptr(fd), path), nil
	case errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENOENT):
		return nil, nil
	}
	return nil, fmt.Errorf("open %s: %w", path, err)
}
