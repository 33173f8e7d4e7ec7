package postgres

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// capDACReadSearch lets a process pass through folders that are closed to it.
const capDACReadSearch = 2

// attributes are how a child of the server runs: in a session of its own, so
// that Ctrl-C reaches only this program, and as the account when there is one.
// The account keeps the capability to pass through closed folders, because a
// data folder below root's home or a temporary folder is in one.
func (a *account) attributes() *syscall.SysProcAttr {
	s := &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		s.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
		if mayPassClosedFolders() {
			s.AmbientCaps = []uintptr{capDACReadSearch}
		}
	}
	return s
}

// mayPassClosedFolders says whether this process has the capability to hand on;
// root in a container often lacks it.
func mayPassClosedFolders() bool {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(status)) {
		if hex, ok := strings.CutPrefix(line, "CapPrm:"); ok {
			set, err := strconv.ParseUint(strings.TrimSpace(hex), 16, 64)
			return err == nil && set&(1<<capDACReadSearch) != 0
		}
	}
	return false
}
