package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// PrivateOptions say where a private server lives.
type PrivateOptions struct {
	DataDir string // made when it is not there; absolute or relative
	// ThrowAway trades safety for speed: nothing is flushed to disk, and the
	// data folder is removed when the server stops. For tests.
	ThrowAway bool
	Say       func(string) // told in a sentence what takes long; nil means nobody
}

// Private is a PostgreSQL server of the program's own, with the database
// petajalan and the same separation of rights as any other: an owner's login
// for migrations, a login for requests and jobs that owns nothing, and one that
// reads what is published.
//
// The data folder holds postgres (the cluster), postgres.json (the passwords,
// readable by its owner only), postgres.log and postgres.lock. The one who
// holds the lock started the server and stops it; everybody else joins. The
// server listens on the loopback address only, on a port that happens to be
// free.
type Private struct {
	dir     string
	state   state
	port    int
	server  *server  // nil when somebody else started it
	lock    *os.File // held for as long as server is not nil
	discard bool     // remove the folder at the end
}

// Names in the data folder, and of the database and its logins.
const (
	clusterName = "postgres"
	lockName    = "postgres.lock"
	logName     = "postgres.log"

	databaseName = "petajalan"
	ownerLogin   = "petajalan"
	webLogin     = "petajalan_web"
	publicLogin  = "petajalan_public"
)

// startTimeout bounds starting, also after a crash with much to recover, and
// waiting for somebody else who is starting or stopping the server.
const startTimeout = 60 * time.Second

// StartPrivate finds the private server of a data folder running, or starts
// it, or makes it. It works as a normal user and as root, where the server
// runs as the account postgres or nobody.
func StartPrivate(ctx context.Context, o PrivateOptions) (*Private, error) {
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, err
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	p := &Private{dir: dir, discard: o.ThrowAway}
	for {
		mine, err := p.takeLock()
		if err != nil {
			return nil, err
		}
		if mine {
			if err := p.start(ctx, o); err != nil {
				p.freeLock()
				return nil, fmt.Errorf("private PostgreSQL in %s: %w", dir, err)
			}
			return p, nil
		}
		if p.join(ctx) {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("private PostgreSQL in %s: another program is using the folder, but its server does not answer: %w", dir, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// OwnerURL is the address with the login that owns the database.
func (p *Private) OwnerURL() string { return p.url(ownerLogin, p.state.Owner, databaseName) }

// WebURL is the address with the login of requests and jobs.
func (p *Private) WebURL() string { return p.url(webLogin, p.state.Web, databaseName) }

// PublicURL is the address with the login that reads what is published.
func (p *Private) PublicURL() string { return p.url(publicLogin, p.state.Public, databaseName) }

// Made says that the database is new: nobody has called Settle yet, so it is
// to be migrated and filled. That stays so when a program dies on the way.
func (p *Private) Made() bool { return !p.state.Settled }

// Settle notes that the new database was migrated and filled.
func (p *Private) Settle() error {
	p.state.Settled = true
	return p.state.write(p.dir)
}

// Stop stops the server if this Private started it, and waits for its end.
// A throw-away folder is removed.
func (p *Private) Stop() error {
	if p.server == nil {
		return nil
	}
	err := p.server.stop()
	p.server = nil
	if p.discard {
		err = errors.Join(err, os.RemoveAll(p.dir))
	}
	p.freeLock()
	return err
}

func (p *Private) url(login, password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(login, password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// takeLock tries to become the one who starts and stops the server. The
// operating system frees the lock of a program that dies.
func (p *Private) takeLock() (bool, error) {
	f, err := os.OpenFile(filepath.Join(p.dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("lock the data folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		p.lock = f
		return true, nil
	}
	_ = f.Close() // nothing was written
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return false, fmt.Errorf("lock %s: %w", f.Name(), err)
}

func (p *Private) freeLock() {
	_ = p.lock.Close() // closing frees the lock; nothing was written
	p.lock = nil
}

// join connects to the server that another program runs in the folder.
func (p *Private) join(ctx context.Context) bool {
	pm, ok := readPostmaster(p.cluster())
	if !ok || !pm.ready {
		return false
	}
	state, err := readState(p.dir)
	if err != nil || !state.Provisioned {
		return false
	}
	p.state, p.port = state, pm.port
	return p.answers(ctx, databaseName) == nil
}

// start brings up the server, whose folder is ours alone now. A server that
// outlived the program that started it is taken over.
func (p *Private) start(ctx context.Context, o PrivateOptions) error {
	who, err := accountFor(p.cluster())
	if err != nil {
		return err
	}
	if err := who.canReach(p.cluster()); err != nil {
		return err
	}
	major, err := clusterVersion(p.cluster())
	if err != nil {
		return err
	}
	programs, err := findBinaries(ctx, major, o.Say)
	if err != nil {
		return err
	}
	if major == 0 {
		o.Say("making a private PostgreSQL in " + p.dir)
		if p.state, err = newState(p.dir); err != nil {
			return err
		}
		if err := p.initdb(ctx, programs, who, o.ThrowAway); err != nil {
			return err
		}
		if o.ThrowAway {
			// The server removes the folder when this program is killed.
			if err := who.own(p.dir); err != nil {
				return err
			}
		}
	} else if p.state, err = readState(p.dir); err != nil {
		return err
	}

	if p.server, err = p.takeOver(ctx); err != nil {
		return err
	}
	if p.server == nil {
		if err := p.launch(ctx, programs, who, o.ThrowAway); err != nil {
			return err
		}
	}
	if p.state.Provisioned {
		return nil
	}
	if err := p.provision(ctx); err != nil {
		return errors.Join(err, p.server.stop())
	}
	return nil
}

func (p *Private) cluster() string { return filepath.Join(p.dir, clusterName) }

// initdb makes the cluster beside its place and then moves it there, so that a
// program killed half-way leaves nothing that looks whole.
func (p *Private) initdb(ctx context.Context, b binaries, who *account, throwAway bool) (err error) {
	unfinished := p.cluster() + ".new"
	passwords := filepath.Join(p.dir, "postgres.pw")
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
	if throwAway {
		args = append(args, "--no-sync")
	}
	// By way of the shell, which by then has the capability to pass through
	// the closed folders above the programs, which the fork before it has not.
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", `exec "$0" "$@"`, filepath.Join(b.dir, "initdb")}, args...)...) // #nosec G204 -- our own words
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
