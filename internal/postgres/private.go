package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// PrivateOptions say where a private server lives.
type PrivateOptions struct {
	DataDir string // made when it is not there; absolute or relative
	// ThrowAway trades safety for speed: nothing is flushed to disk, and the
	// cluster is removed when the server stops. For tests.
	ThrowAway bool
	Say       func(string) // told in a sentence what takes long; nil means nobody
}

// Private is a PostgreSQL server of the program's own, with the database
// petajalan and the same separation of rights as any other: an owner's login
// for migrations, a login for requests and jobs that owns nothing, and one that
// reads what is published.
//
// The first program to use a data folder starts the server, others join, and
// it stops when the last one leaves or dies. The server listens on the loopback
// address only, on a port that happens to be free. The folder holds
//
//	postgres        the cluster
//	postgres.json   the passwords, readable by the program's user only
//	postgres.log    what the server says
//	postgres.lock   held by a program while it starts, joins or stops
//	postgres.users  shared by the programs that use the server
//	postgres.alive  a named pipe that they keep open; when nobody does, the server stops
type Private struct {
	dir       string
	state     state
	port      int
	throwAway bool
	gate      *os.File // the open end of postgres.alive; nil after Stop
	users     *os.File // locked, shared
}

// Names in the data folder, and of the database and its logins.
const (
	clusterName = "postgres"
	logName     = "postgres.log"
	lockName    = "postgres.lock"
	usersName   = "postgres.users"
	gateName    = "postgres.alive"

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
	p := &Private{dir: dir, throwAway: o.ThrowAway}
	if err := p.start(ctx, o.Say); err != nil {
		return nil, fmt.Errorf("private PostgreSQL in %s: %w", dir, err)
	}
	return p, nil
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

// Stop leaves the server. If nobody else uses it, it stops, and Stop waits for
// that; of a throw-away server nothing but a few small files remains.
func (p *Private) Stop() error {
	if p.gate == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	lock, err := takeLock(ctx, p.path(lockName))
	if err != nil {
		return p.leave(err)
	}
	defer lock.Close()
	last, err := p.alone()
	if err = p.leave(err); err != nil || !last {
		return err
	}
	if err := p.waitUntilStopped(); err != nil {
		return fmt.Errorf("stop the private PostgreSQL in %s: %w", p.dir, err)
	}
	if p.throwAway {
		return os.RemoveAll(p.cluster())
	}
	return nil
}

// leave closes what says that we use the server.
func (p *Private) leave(err error) error {
	err = errors.Join(err, p.gate.Close(), p.users.Close())
	p.gate, p.users = nil, nil
	return err
}

func (p *Private) url(login, password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(login, password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

func (p *Private) path(name string) string { return filepath.Join(p.dir, name) }

func (p *Private) cluster() string { return p.path(clusterName) }

// start brings up the server or joins it, while no other program does either.
func (p *Private) start(ctx context.Context, say func(string)) (err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	lock, err := takeLock(ctx, p.path(lockName))
	if err != nil {
		return err
	}
	defer lock.Close() // frees it; nothing was written
	if p.users, err = shareLock(p.path(usersName)); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.users.Close())
		}
	}()
	if joined, err := p.join(ctx); joined || err != nil {
		return err
	}

	who, err := accountFor(p.cluster())
	if err != nil {
		return err
	}
	if err := who.canUse(p.dir); err != nil {
		return err
	}
	if p.throwAway {
		if err := os.RemoveAll(p.cluster()); err != nil { // of a run that was cut off
			return err
		}
	}
	major, err := clusterVersion(p.cluster())
	if err != nil {
		return err
	}
	programs, err := findBinaries(ctx, major, who, say)
	if err != nil {
		return err
	}
	if major == 0 {
		say("making a private PostgreSQL in " + p.dir)
		if p.state, err = newState(p.dir); err != nil {
			return err
		}
		if err := p.initdb(ctx, programs, who); err != nil {
			return err
		}
	} else if p.state, err = readState(p.dir); err != nil {
		return err
	}
	if err := p.launch(ctx, programs, who); err != nil {
		return err
	}
	if p.state.Provisioned {
		return nil
	}
	if err := p.provision(ctx); err != nil {
		err = errors.Join(err, p.gate.Close(), p.waitUntilStopped())
		p.gate = nil
		return err
	}
	return nil
}

// join enters the server that another program runs in the folder. One that is
// just stopping is waited for, and one whose supervisor was killed is stopped,
// because nobody would ever do so: then joined is false and a new one may start.
func (p *Private) join(ctx context.Context) (joined bool, err error) {
	for {
		gate, err := enterGate(p.path(gateName))
		if err != nil {
			return false, err
		}
		if gate == nil {
			return false, p.stopOrphan(ctx)
		}
		stays, err := p.stays(ctx)
		if err != nil {
			return false, errors.Join(err, gate.Close())
		}
		if stays {
			p.gate = gate
			return true, nil
		}
		_ = gate.Close() // nothing was written
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("a server runs in the folder, but does not answer (see %s): %w", logName, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// leaving is how long a supervisor may take from seeing that everybody has left
// to stopping the server, on a busy machine.
const leaving = 300 * time.Millisecond

// stays says whether the server answers and will go on doing so, now that we
// keep the pipe open. If nobody else uses it, it may be about to stop.
func (p *Private) stays(ctx context.Context) (bool, error) {
	pm, ok := readPostmaster(p.cluster())
	if !ok || !pm.ready {
		return false, nil
	}
	var err error
	if p.state, err = readState(p.dir); err != nil {
		return false, nil // of a server that is being made or removed
	}
	p.port = pm.port
	if p.answers(ctx, databaseName) != nil {
		return false, nil
	}
	alone, err := p.alone()
	if err != nil || !alone {
		return err == nil, err
	}
	time.Sleep(leaving)
	return p.answers(ctx, databaseName) == nil, nil
}
