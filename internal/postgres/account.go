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

// canUse makes sure that the account can work in a data folder. Where it cannot
// be given the capability to pass through closed folders, the data folder itself
// is opened for passing, which shows nobody a file, and an error names a folder
// above it that is closed.
func (a *account) canUse(dataDir string) error {
	if a == nil || mayPassClosedFolders() {
		return nil
	}
	if closed := closedAbove(dataDir); closed != "" {
		return fmt.Errorf("PostgreSQL does not run as root, and no other account may enter %s: set PETAJALAN_DATA to a folder outside of it, such as /var/lib/petajalan", closed)
	}
	info, err := os.Stat(dataDir)
	if err != nil {
		return err
	}
	return os.Chmod(dataDir, info.Mode().Perm()|0o011)
}

// canRun says whether the account can run the programs in a folder. No
// capability helps here: initdb asks with access(2), which ignores them.
func (a *account) canRun(programs string) bool {
	return a == nil || closedAbove(filepath.Join(programs, "postgres")) == ""
}

// closedAbove is the first folder above path that others may not pass through,
// seen from the path, or "".
func closedAbove(path string) string {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o001 == 0 {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
