//go:build unix && !linux

package postgres

import "syscall"

// attributes are how a child of the server runs: in a session of its own, so
// that Ctrl-C reaches only this program, and as the account when there is one.
func (a *account) attributes() *syscall.SysProcAttr {
	s := &syscall.SysProcAttr{Setsid: true}
	if a != nil {
		s.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return s
}

// mayPassClosedFolders is false: only Linux has such a capability.
func mayPassClosedFolders() bool { return false }
