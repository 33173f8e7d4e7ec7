package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is whom the server runs as when this program runs as root, which
// PostgreSQL refuses. A nil account means the user of this program.
type account struct {
	uid, gid uint32
}

// accountFor chooses the account: whoever owns the cluster that is there, else
// postgres, else nobody. It is nil when this program is not root.
func accountFor(cluster string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	if info, err := os.Stat(cluster); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != 0 {
			return &account{uid: s.Uid, gid: s.Gid}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(errU, errG); err != nil {
			return nil, err
		}
		return &account{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")
}

// own gives a file or folder to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

// canReach returns an error when the account cannot pass through the folders
// above path and cannot be given the capability to.
func (a *account) canReach(path string) error {
	if a == nil || mayPassClosedFolders() {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			return fmt.Errorf("PostgreSQL does not run as root, and no other account may enter %s: set PETAJALAN_DATA to a folder outside of it, such as /var/lib/petajalan", dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}
