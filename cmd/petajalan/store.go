package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/uptrace/bun"

	"petajalan/internal/config"
	"petajalan/internal/postgres"
)

// store is the database of a command: where it is, and the pools on it.
type store struct {
	ownerURL, webURL, publicURL string
	private                     *postgres.Private // nil when DATABASE_URL is set

	web    *bun.DB // requests
	job    *bun.DB // scheduled work, and the same work by hand
	health *bun.DB // readiness only
	public *bun.DB // published content: a replica when there is one, else the same database
}

// locateStore finds the database that the settings name, or starts the private
// one. Its pools are not open yet, and its schema may be anything.
func (p *program) locateStore(ctx context.Context, cfg config.Config) (*store, error) {
	if cfg.DatabaseURL != "" {
		s := &store{webURL: cfg.DatabaseURL.Reveal(), ownerURL: cfg.OwnerURL.Reveal(), publicURL: cfg.ReplicaURL.Reveal()}
		if s.ownerURL == "" {
			s.ownerURL = s.webURL
		}
		if s.publicURL == "" {
			s.publicURL = s.webURL
		}
		return s, nil
	}
	private, err := postgres.StartPrivate(ctx, postgres.PrivateOptions{DataDir: cfg.Data, Say: p.say})
	if err != nil {
		return nil, err
	}
	return &store{ownerURL: private.OwnerURL(), webURL: private.WebURL(), publicURL: private.PublicURL(), private: private}, nil
}

// openStore finds the database, refuses a server with unsafe settings, a login
// with too many rights and a schema that does not fit, and opens the pools. A
// private server that has just been made goes through fill first; nil means
// that the command does not fill one, and its schema is then missing.
func (p *program) openStore(ctx context.Context, cfg config.Config, fill func(context.Context, *store) error) (*store, error) {
	s, err := p.locateStore(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, cfg, fill); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *store) open(ctx context.Context, cfg config.Config, fill func(context.Context, *store) error) (err error) {
	if fill != nil && s.private != nil && s.private.Made() {
		if err := fill(ctx, s); err != nil {
			return err
		}
		if err := s.private.Settle(); err != nil {
			return err
		}
	}
	web, public := postgres.WebOptions(s.webURL), postgres.PublicOptions(s.publicURL)
	if cfg.ReplicaURL.Reveal() == "" {
		web = web.Beside(public)
	}
	for _, pool := range []struct {
		db      **bun.DB
		options postgres.Options
	}{
		{&s.web, web},
		{&s.job, postgres.JobOptions(s.webURL)},
		{&s.health, postgres.HealthOptions(s.webURL)},
	} {
		if *pool.db, err = postgres.Open(ctx, pool.options); err != nil {
			return err
		}
	}
	if err := postgres.AssertServer(ctx, s.web, postgres.AssertOptions{AllowOwner: s.undivided(), Zone: cfg.Zone}); err != nil {
		return fmt.Errorf("this database cannot be used:\n%w", err)
	}
	// After the schema is known to be there: the public login may not see why it is not.
	s.public, err = postgres.Open(ctx, public)
	return err
}

// undivided says that one login does everything, because no other was given.
func (s *store) undivided() bool { return s.private == nil && s.ownerURL == s.webURL }

// openOwner opens a pool with the owner's login, for seeds. The caller closes it.
func (s *store) openOwner(ctx context.Context) (*bun.DB, error) {
	return postgres.Open(ctx, postgres.OwnerOptions(s.ownerURL))
}

// migrated brings the schema up to date and runs f with the owner's login.
func (s *store) migrated(ctx context.Context, f func(owner *bun.DB) error) (err error) {
	o, err := s.migrateOptions()
	if err != nil {
		return err
	}
	if _, err := postgres.Migrate(ctx, o); err != nil {
		return err
	}
	owner, err := s.openOwner(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close()) }()
	return f(owner)
}

// migrateOptions are what Migrate needs to know: the logins that serve uses,
// unless they are the owner's own, get their roles.
func (s *store) migrateOptions() (postgres.MigrateOptions, error) {
	o := postgres.MigrateOptions{OwnerURL: s.ownerURL}
	owner, err := loginOf(s.ownerURL)
	if err != nil {
		return o, err
	}
	if o.WebLogin, err = loginOf(s.webURL); err != nil {
		return o, err
	}
	if o.PublicLogin, err = loginOf(s.publicURL); err != nil {
		return o, err
	}
	if o.PublicLogin == o.WebLogin || o.PublicLogin == owner {
		o.PublicLogin = ""
	}
	if o.WebLogin == owner {
		o.WebLogin = ""
	}
	return o, nil
}

func loginOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the address of the database is not a URL") // the error of url.Parse shows the password
	}
	return u.User.Username(), nil
}

// Close closes the pools and leaves the private server.
func (s *store) Close() error {
	var errs []error
	for _, db := range []*bun.DB{s.web, s.job, s.health, s.public} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.private != nil {
		errs = append(errs, s.private.Stop())
	}
	return errors.Join(errs...)
}
