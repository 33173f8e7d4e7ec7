package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// stopTimeout is how long a server may take to write everything down.
const stopTimeout = 30 * time.Second

// supervise runs the server, and stops it when nobody keeps the named pipe
// open, which is its standard input; the operating system closes the ends of a
// program that is killed. Arguments: the signal to stop with, a folder to
// remove at the end or nothing, the command. The pipe has a reader for exactly
// as long as the supervisor lives.
const supervise = `
signal=$1; discard=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -"$signal" "$server") &
watch=$!
wait "$server"; code=$?
kill "$watch" 2>/dev/null
if [ -n "$discard" ]; then rm -rf "$discard"; fi
exit "$code"`

// initdb makes the cluster beside its place and then moves it there, so that a
// program killed half-way leaves nothing that looks whole.
func (p *Private) initdb(ctx context.Context, b binaries, who *account) (err error) {
	unfinished := p.cluster() + ".new"
	passwords := p.path("postgres.pw")
	defer func() { err = errors.Join(err, os.RemoveAll(passwords)) }()
	if err := os.RemoveAll(unfinished); err != nil {
		return err
	}
	if err := os.Mkdir(unfinished, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(passwords, []byte(p.state.Owner), 0o600); err != nil {
		return err
	}
	if err := errors.Join(who.own(unfinished), who.own(passwords)); err != nil {
		return err
	}
	args := []string{
		"--pgdata=" + unfinished, "--username=" + ownerLogin, "--pwfile=" + passwords, "--auth=scram-sha-256",
		// The same order and the same letters on every machine.
		"--encoding=UTF8", "--locale=C", "--data-checksums", "--no-instructions",
	}
	if p.throwAway {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, "initdb"), args...) // #nosec G204 -- no word of it comes from outside
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", childEnv(), who.attributes()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Rename(unfinished, p.cluster())
}

// childEnv is the environment of PostgreSQL: none of the program's settings,
// some of which are secrets, and no PG… variable that would change its ways.
func childEnv() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/"}
}

// launch starts the server and waits until it answers. The port that was free
// a moment ago may be taken now: then it tries another.
func (p *Private) launch(ctx context.Context, b binaries, who *account) error {
	if err := p.clearStale(); err != nil {
		return err
	}
	var err error
	for range 3 {
		if err = p.launchOnce(ctx, b, who); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (p *Private) launchOnce(ctx context.Context, b binaries, who *account) (err error) {
	if p.port, err = freePort(ctx); err != nil {
		return err
	}
	logFile, err := p.openLog()
	if err != nil {
		return err
	}
	defer logFile.Close()
	r, gate, err := makeGate(p.path(gateName))
	if err != nil {
		return err
	}
	defer r.Close()
	signal, discard := "INT", "" // a fast shutdown: sessions are ended, everything is written down
	if p.throwAway {
		signal, discard = "QUIT", p.cluster()
	}
	args := append([]string{"-c", supervise, "petajalan-postgres", signal, discard, filepath.Join(b.dir, "postgres"), "-D", p.cluster()}, p.settings()...)
	// ctx bounds the start; the server outlives it.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "/bin/sh", args...) // #nosec G204 -- no word of it comes from outside
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", childEnv(), who.attributes()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, logFile, logFile
	if err := cmd.Start(); err != nil {
		return errors.Join(err, gate.Close())
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(ended)
	}()
	if err := p.waitUntilReady(ctx, ended); err != nil {
		err = fmt.Errorf("%w; the last words of %s:\n%s", err, logName, p.lastWords())
		return errors.Join(err, gate.Close(), p.waitUntilStopped())
	}
	p.gate = gate
	return nil
}

// settings are the options of the server: small, local, and safe unless it is
// to be thrown away.
func (p *Private) settings() []string {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.port),
		"unix_socket_directories=", // Debian's default is closed to the account nobody
		"max_connections=60", "shared_buffers=64MB", "max_wal_size=256MB", "jit=off",
		"timezone=UTC", "log_timezone=UTC", "cluster_name=petajalan",
		"logging_collector=off", "log_destination=stderr",
	}
	if p.throwAway {
		set = append(set, "fsync=off", "max_connections=300") // many tests at once
	}
	var args []string
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// waitUntilReady returns when the server answers as ours.
func (p *Private) waitUntilReady(ctx context.Context, ended <-chan struct{}) error {
	for {
		if pm, ok := readPostmaster(p.cluster()); ok && pm.ready && pm.port == p.port && p.answers(ctx, "postgres") == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("the server ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// answers tries to sign in as the owner.
func (p *Private) answers(ctx context.Context, database string) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.url(ownerLogin, p.state.Owner, database))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// waitUntilStopped waits for the end of a server that everybody has left. One
// that takes too long is told to stop at once, which its next start repairs.
func (p *Private) waitUntilStopped() error {
	urge := time.Now().Add(stopTimeout)
	for deadline := urge.Add(stopTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		gate, err := enterGate(p.path(gateName))
		if err != nil {
			return err
		}
		if gate == nil {
			// The supervisor has cleaned up and gone, or was killed and left the server behind.
			ctx, cancel := context.WithDeadline(context.Background(), deadline)
			defer cancel()
			return p.stopOrphan(ctx)
		}
		if err := gate.Close(); err != nil {
			return err
		}
		if pm, ok := readPostmaster(p.cluster()); ok && pm.alive(p.cluster()) && time.Now().After(urge) {
			_ = syscall.Kill(pm.pid, syscall.SIGQUIT) // it may have ended by itself
		}
	}
	return errors.New("it does not end")
}

// stopOrphan ends a server that nobody supervises any more.
func (p *Private) stopOrphan(ctx context.Context) error {
	for {
		pm, ok := readPostmaster(p.cluster())
		if !ok || !pm.alive(p.cluster()) {
			return nil
		}
		if err := syscall.Kill(pm.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the server that was left behind: %w", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server that was left behind, process %d, does not stop: %w", pm.pid, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// freePort asks the operating system for a port that nobody uses.
func freePort(ctx context.Context) (int, error) {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// maxLog is the size in bytes from which the log of the server is begun anew.
const maxLog = 8 << 20

func (p *Private) openLog() (*os.File, error) {
	path := p.path(logName)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// lastWords are the last lines of the server's log, for an error.
func (p *Private) lastWords() string {
	text, err := os.ReadFile(p.path(logName))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}
