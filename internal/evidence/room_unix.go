//go:build linux || darwin || freebsd

package evidence

import (
	"errors"
	"os"
	"syscall"
)

// freePercent is how much of the disk under the folder this account may still use.
func freePercent(root *os.Root) (int, error) {
	d, err := root.Open(".")
	if err != nil {
		return 0, err
	}
	var s syscall.Statfs_t
	err = syscall.Fstatfs(int(d.Fd()), &s)
	if err := errors.Join(err, d.Close()); err != nil {
		return 0, err
	}
	if s.Blocks == 0 {
		return 100, nil // a file system that does not count
	}
	return int(int64(s.Bavail) * 100 / int64(s.Blocks)), nil
}
