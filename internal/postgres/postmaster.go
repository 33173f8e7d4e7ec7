package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// postmaster is what a server says of itself in postmaster.pid.
type postmaster struct {
	pid, port int
	ready     bool
}

const postmasterFile = "postmaster.pid"

// readPostmaster reads the file of a cluster; ok is false when there is none,
// or one that is still being written.
func readPostmaster(cluster string) (pm postmaster, ok bool) {
	text, err := os.ReadFile(filepath.Join(cluster, postmasterFile))
	if err != nil {
		return pm, false
	}
	lines := strings.Split(string(text), "\n")
	// 0 process id, 1 folder, 2 start, 3 port, 4 socket folder, 5 address, 6 shared memory, 7 status
	if pm.pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil || pm.pid <= 0 {
		return pm, false
	}
	if len(lines) > 3 {
		pm.port, _ = strconv.Atoi(strings.TrimSpace(lines[3])) // 0 until it is known
	}
	pm.ready = len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
	return pm, true
}

// alive says whether the process is a server of this cluster and not another
// one that got the same number later, as happens in containers, where numbers
// are small. Where /proc does not tell, a process of that number is believed.
func (pm postmaster) alive(cluster string) bool {
	if err := syscall.Kill(pm.pid, 0); err != nil {
		return errors.Is(err, syscall.EPERM) && !hasProc()
	}
	return !hasProc() || worksIn(pm.pid, cluster)
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/cwd")
	return err == nil
}

// worksIn says whether the working folder of a process is the cluster, as it
// is for every process of PostgreSQL.
func worksIn(pid int, cluster string) bool {
	a, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	b, err := os.Stat(cluster)
	return err == nil && os.SameFile(a, b)
}

// clearStale removes a postmaster.pid whose number now belongs to some other
// process, at which PostgreSQL would refuse to start. It stays when no process
// has the number, because then PostgreSQL itself looks whether children of the
// dead server are still at work; and when one of those is found here.
func (p *Private) clearStale() error {
	pm, ok := readPostmaster(p.cluster())
	if !ok || !hasProc() || errors.Is(syscall.Kill(pm.pid, 0), syscall.ESRCH) {
		return nil
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err == nil && worksIn(pid, p.cluster()) {
			return fmt.Errorf("process %d of an earlier server is still at work in the folder: end it and start again", pid)
		}
	}
	return os.Remove(filepath.Join(p.cluster(), postmasterFile))
}
