package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"petajalan/internal/config"
	"petajalan/internal/postgres"
	"petajalan/internal/schedule"
	"petajalan/internal/server"
	"petajalan/seeds"
)

func serveCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the site and do the scheduled work",
		Long: `Serves on PETAJALAN_ADDR from the database of DATABASE_URL, or, when that is unset, from
a private PostgreSQL in PETAJALAN_DATA, which is made, migrated and given the roadmap the
first time. Refuses a database whose schema is old, and names the command that helps.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.serve(c.Context()) },
	}
}

// serve opens the database and serves from it until ctx ends.
func (p *program) serve(ctx context.Context) (err error) {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	if err := cfg.CheckServe(); err != nil {
		return err
	}
	log := p.logger(cfg)
	log.Info("starting", "settings", cfg)
	s, err := p.openStore(ctx, cfg, func(ctx context.Context, s *store) error { return p.fill(ctx, s, cfg.Zone) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return p.serveStore(ctx, cfg, s, log, func(net.Addr) {})
}

// fill gives a private database that has just been made its schema, the roadmap
// and the reference data: structure, and no invented number.
func (p *program) fill(ctx context.Context, s *store, zone *time.Location) error {
	return s.migrated(ctx, func(owner *bun.DB) error {
		if _, err := seeds.Load(ctx, owner, seeds.Files(), time.Now().In(zone)); err != nil {
			return fmt.Errorf("load the roadmap: %w", err)
		}
		return nil
	})
}

// distributorDelay is how long requests are still taken after /readyz says no.
const distributorDelay = 5 * time.Second

// serveStore runs the site and the scheduled work on an open database until ctx
// ends. ready is called once, when requests are answered.
func (p *program) serveStore(ctx context.Context, cfg config.Config, s *store, log *slog.Logger, ready func(net.Addr)) (err error) {
	if owner, err := postgres.IsOwner(ctx, s.web); err != nil {
		return err
	} else if owner {
		log.Warn("privileges are not separated: DATABASE_OWNER_URL is unset, so the login of the site may change the schema")
	}
	if !strings.HasPrefix(cfg.BaseURL, "https://") {
		log.Warn("cookies are not marked secure and browsers are not told to insist on TLS: PETAJALAN_BASE_URL does not begin with https://")
	}
	proxies := make([]string, len(cfg.TrustedProxies))
	for i, prefix := range cfg.TrustedProxies {
		proxies[i] = prefix.String()
	}
	keys, err := s.keys(cfg)
	if err != nil {
		return err
	}
	post, err := s.newPost(cfg)
	if err != nil {
		return err
	}
	if err := ensureTemp(cfg); err != nil {
		return err
	}
	files, closer, err := openEvidence(ctx, cfg, s.web)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	ledger, err := newLedger(s.job, post, files, cfg.Zone, log)
	if err != nil {
		return err
	}
	site, err := server.New(server.Config{
		Jobs: ledger, Mails: post.Mailer != nil, LeaveSecret: post.Secret,
		Web: s.web, Public: s.public, Health: s.health,
		Now: time.Now, Zone: cfg.Zone, Log: log, BaseURL: cfg.BaseURL, LocalURL: "http://" + reachable(cfg.Addr), TrustedProxies: proxies,
		Evidence: files, Keys: keys, OfficeNetworks: cfg.OfficeNetworks,
		SSO: server.SSO{Issuer: cfg.OIDCIssuer, ClientID: cfg.OIDCClientID, ClientSecret: cfg.OIDCClientSecret.Reveal()},
	})
	if err != nil {
		return err
	}
	if err := site.Load(ctx); err != nil {
		log.Warn("the latest publication could not be loaded; it is tried again", "error", err)
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen on PETAJALAN_ADDR: %w", err)
	}
	settle := distributorDelay
	if s.private != nil {
		settle = 0 // one machine: nobody distributes requests
	}
	log.Info("serving", "address", listener.Addr().String())
	ready(listener.Addr())
	return serving{
		listener: listener,
		handler:  site.Handler(),
		watch:    site.Run,
		jobs:     func(ctx context.Context) error { return schedule.Run(ctx, ledger) },
		drain:    site.Drain,
		settle:   settle,
		log:      log,
	}.run(ctx)
}
