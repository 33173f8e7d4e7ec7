package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"petajalan/internal/config"
	"petajalan/internal/demo"
	"petajalan/internal/postgres"
	"petajalan/seeds"
)

func demoCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Make a city with invented figures and serve it: the first look",
		Long: `Makes a private PostgreSQL in PETAJALAN_DATA (./data), loads the roadmap, invents seven
quarters of progress, publishes eight times, opens the quarter under way with some of its work
done, and serves on PETAJALAN_ADDR (:8080). Every page
says DATA PERAGAAN. The next start finds everything as it was left. DATABASE_URL is never touched.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return p.demo(c.Context()) },
	}
}

// demo makes the demo where there is none and serves it until ctx ends.
func (p *program) demo(ctx context.Context) (err error) {
	own := *p
	own.lookup = p.withoutDatabase
	cfg, err := own.settings()
	if err != nil {
		return err
	}
	if _, set := p.lookup("LOG_LEVEL"); !set {
		cfg.LogLevel = slog.LevelWarn // a line for each request would bury the addresses
	}
	if err := canListen(ctx, cfg.Addr); err != nil {
		return err
	}
	s, err := own.openStore(ctx, cfg, func(ctx context.Context, s *store) error { return own.fillDemo(ctx, s, cfg) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	marked, err := demo.IsMarked(ctx, s.web)
	if err != nil {
		return err
	}
	if !marked {
		return fmt.Errorf("the database in %s is no demo, and invented figures do not belong in it: choose another folder with PETAJALAN_DATA", cfg.Data)
	}
	return own.serveStore(ctx, cfg, s, own.logger(cfg), func(address net.Addr) { own.printDemo(cfg, address) })
}

// withoutDatabase hides every setting of a database from the demo.
func (p *program) withoutDatabase(name string) (string, bool) {
	switch strings.TrimSuffix(name, "_FILE") {
	case "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_REPLICA_URL":
		return "", false
	}
	return p.lookup(name)
}

// canListen finds out that the address is taken before the work of filling.
func canListen(ctx context.Context, address string) error {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on PETAJALAN_ADDR: %w", err)
	}
	return l.Close()
}

// fillDemo gives a private database that has just been made everything that a
// demo has. After an interruption it is called again and goes on where it was.
func (p *program) fillDemo(ctx context.Context, s *store, cfg config.Config) (err error) {
	p.say("making the schema")
	err = s.migrated(ctx, func(owner *bun.DB) error {
		if err := demo.Mark(ctx, owner); err != nil {
			return err
		}
		p.say("loading the roadmap")
		if _, err := seeds.Load(ctx, owner, seeds.Files(), demo.PlanKnown(cfg.Zone)); err != nil {
			return fmt.Errorf("load the roadmap: %w", err)
		}
		p.say("inventing seven quarters of progress")
		return demo.Fill(ctx, owner, cfg.Zone)
	})
	if err != nil {
		return err
	}
	job, err := postgres.Open(ctx, postgres.JobOptions(s.webURL))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, job.Close()) }()
	err = demo.Publish(ctx, job, cfg.Zone, func(number, of int) {
		p.say(fmt.Sprintf("publication %d of %d", number, of))
	})
	if err != nil {
		return err
	}
	p.say("opening the quarter under way")
	files, closer, err := openEvidence(ctx, cfg, job)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	return s.migrated(ctx, func(owner *bun.DB) error { return demo.OpenQuarter(ctx, owner, files, cfg.Zone, time.Now()) })
}

// printDemo tells where the demo is and who may sign in.
func (p *program) printDemo(cfg config.Config, address net.Addr) {
	base := cfg.BaseURL
	if base == "" {
		base = "http://" + reachable(address.String())
	}
	fmt.Fprintf(p.stdout, "\nThe demo is ready. All its figures are invented.\n\n  scorecard  %s/\n  sign-in    %s/masuk\n\n", base, base)
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	for _, u := range demo.People() {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", u.Login, u.Role, u.Name)
	}
	_ = w.Flush() // like Fprintf before it: nobody to tell
	fmt.Fprintf(p.stdout, "\n  password of all: %s\n\nCtrl-C stops it; the data stays in %s.\n", demo.Password, cfg.Data)
}

// reachable is an address as a browser on this machine takes it.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
