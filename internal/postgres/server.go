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

// server is a running postmaster that this program is to stop.
type server struct {
	pid  int           // of the postmaster
	keep *os.File      // while it is open the server runs; nil for one taken over
	done chan struct{} // closed when the server has ended; nil for one taken over
}

// stopTimeout is how long a server may take to write everything down.
const stopTimeout = 30 * time.Second

// supervise starts the server, and stops it when its standard input ends, which
// the operating system sees to even when the program is killed. Arguments: the
// signal to stop with, a folder to remove at the end or nothing, the command.
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

// launch starts the server and waits until it answers.
func (p *Private) launch(ctx context.Context, b binaries, who *account, throwAway bool) error {
	if err := p.clearStale(); err != nil {
		return err
	}
	// The port is free now and may be taken a moment later: then try another.
	var err error
	for range 3 {
		if err = p.launchOnce(ctx, b, who, throwAway); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (p *Private) launchOnce(ctx context.Context, b binaries, who *account, throwAway bool) (err error) {
	if p.port, err = freePort(); err != nil {
		return err
	}
	logFile, err := p.openLog()
	if err != nil {
		return err
	}
	defer logFile.Close()
	r, keep, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	signal, discard := "INT", "" // a fast shutdown: sessions are ended, everything is written down
	if throwAway {
		signal, discard = "QUIT", p.dir
	}
	args := append([]string{"-c", supervise, "petajalan-postgres", signal, discard, filepath.Join(b.dir, "postgres"), "-D", p.cluster()}, p.settings(throwAway)...)
	cmd := exec.Command("/bin/sh", args...) // #nosec G204 -- our own words; outlives ctx, which bounds the start only
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", childEnv(), who.attributes()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, logFile, logFile
	if err := cmd.Start(); err != nil {
		return errors.Join(err, keep.Close())
	}
	s := &server{keep: keep, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(s.done)
	}()
	if err := p.waitUntilReady(ctx, s); err != nil {
		return errors.Join(fmt.Errorf("%w; the last words of %s:\n%s", err, logName, p.lastWords()), s.stop())
	}
	p.server = s
	return nil
}

// settings are the options of the server: small, local, and safe unless it is
// to be thrown away.
func (p *Private) settings(throwAway bool) []string {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.port),
		"unix_socket_directories=", // Debian's default is closed to nobody's account
		"max_connections=60", "shared_buffers=64MB", "max_wal_size=256MB", "jit=off",
		"timezone=UTC", "log_timezone=UTC", "cluster_name=petajalan",
		"logging_collector=off", "log_destination=stderr",
	}
	if throwAway {
		set = append(set, "fsync=off", "max_connections=200")
	}
	var args []string
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// waitUntilReady returns when the server answers as ours.
func (p *Private) waitUntilReady(ctx context.Context, s *server) error {
	for {
		if pm, ok := readPostmaster(p.cluster()); ok && pm.ready && pm.port == p.port {
			if p.answers(ctx, "postgres") == nil {
				s.pid = pm.pid
				return nil
			}
		}
		select {
		case <-s.done:
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

// takeOver finds a server that outlived the program that started it, or
// returns nil. One that is just starting or stopping is waited for.
func (p *Private) takeOver(ctx context.Context) (*server, error) {
	for {
		pm, ok := readPostmaster(p.cluster())
		if !ok || !pm.alive(p.cluster()) {
			return nil, nil
		}
		p.port = pm.port
		if pm.ready && p.answers(ctx, "postgres") == nil {
			return &server{pid: pm.pid}, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the server with process id %d runs in the folder, but does not answer: %w", pm.pid, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// stop ends the server and waits for it: first politely, then at once, which
// the next start repairs from the log.
func (s *server) stop() error {
	if s.keep == nil {
		if err := syscall.Kill(s.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop PostgreSQL: %w", err)
		}
		for range int(stopTimeout / (20 * time.Millisecond)) {
			if errors.Is(syscall.Kill(s.pid, 0), syscall.ESRCH) {
				return nil
			}
			time.Sleep(20 * time.Millisecond)
		}
		return errors.New("stop PostgreSQL: it does not end")
	}
	err := s.keep.Close()
	select {
	case <-s.done:
		return err
	case <-time.After(stopTimeout):
	}
	if s.pid != 0 {
		err = errors.Join(err, syscall.Kill(s.pid, syscall.SIGQUIT))
	}
	select {
	case <-s.done:
		return err
	case <-time.After(stopTimeout):
		return errors.Join(err, errors.New("stop PostgreSQL: it does not end"))
	}
}

// freePort asks the operating system for a port that nobody uses.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// maxLog is the size from which the log of the server is begun anew.
const maxLog = 8 << 20

func (p *Private) openLog() (*os.File, error) {
	path := filepath.Join(p.dir, logName)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
}

// lastWords are the last lines of the server's log, for an error.
func (p *Private) lastWords() string {
	text, err := os.ReadFile(filepath.Join(p.dir, logName))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}
