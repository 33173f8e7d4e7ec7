package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/uptrace/bun"

	"petajalan/internal/config"
	"petajalan/internal/evidence"
)

// evidenceFolder is where evidence is kept below PETAJALAN_DATA.
func evidenceFolder(cfg config.Config) string { return filepath.Join(cfg.Data, "evidence") }

// openEvidence opens the store that the settings name, on the database of requests or jobs.
// It refuses a folder that is not the one the other replicas use.
func openEvidence(ctx context.Context, cfg config.Config, db *bun.DB) (evidence.Store, io.Closer, error) {
	if cfg.Evidence == config.EvidencePostgres {
		s, err := evidence.OpenPostgres(ctx, db, time.Now())
		return s, io.NopCloser(nil), err
	}
	f, err := evidence.OpenFolder(ctx, db, evidenceFolder(cfg), time.Now())
	if err != nil {
		return nil, nil, err
	}
	return f, f, nil
}

// ensureTemp makes a place for uploads on their way in where the machine has none: a bare
// container has no /tmp.
func ensureTemp(cfg config.Config) error {
	if info, err := os.Stat(os.TempDir()); err == nil && info.IsDir() {
		return nil
	}
	dir := filepath.Join(cfg.Data, "tmp")
	// What an earlier run left there belongs to nobody.
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return fmt.Errorf("make a folder for temporary files: %w", err)
	}
	return os.Setenv("TMPDIR", dir)
}

func evidenceCommand(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "evidence",
		Short: "Check the files behind the figures, or move them to another store",
	}
	c.AddCommand(
		&cobra.Command{
			Use:   "check",
			Short: "Read every file that evidence names, and list what is missing or damaged",
			Args:  cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error { return p.checkEvidence(ctx, s) })
			},
		},
		&cobra.Command{
			Use:   "adopt",
			Short: "Make the store of PETAJALAN_EVIDENCE the one that this database knows, after its files were brought back",
			Args:  cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error { return p.adoptEvidence(ctx, s) })
			},
		},
		&cobra.Command{
			Use:   "move",
			Short: "Copy all files from the other kind of store into the one of PETAJALAN_EVIDENCE, then adopt it",
			Long: `Copies what is in the other kind of store (the folder below PETAJALAN_DATA, or the database) into
the one that PETAJALAN_EVIDENCE names, checks every file on the way, and makes that the one the
database knows. The files it copied stay where they were. Stop the site first.`,
			Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error { return p.moveEvidence(ctx, s) })
			},
		},
	)
	return c
}

func (p *program) checkEvidence(ctx context.Context, s *store) (err error) {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	files, closer, err := openEvidence(ctx, cfg, s.web)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	wrong := 0
	n, err := evidence.Check(ctx, s.web, files, func(f evidence.Wrong) {
		wrong++
		fmt.Fprintf(p.stdout, "%s\t%s\t%s\n", f.SHA256, f.Where, f.Err)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%d files, %d missing or damaged\n", n, wrong)
	if wrong > 0 {
		return fmt.Errorf("%d files are missing or damaged", wrong)
	}
	return nil
}

func (p *program) adoptEvidence(ctx context.Context, s *store) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	return asOwner(ctx, s, func(owner *bun.DB) error {
		files, err := evidence.Bare(owner, cfg.Evidence, evidenceFolder(cfg))
		if err != nil {
			return err
		}
		if err := evidence.Adopt(ctx, owner, files, time.Now()); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "this database now keeps its evidence in %s\n", cfg.Evidence)
		return nil
	})
}

func (p *program) moveEvidence(ctx context.Context, s *store) error {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	other := config.EvidencePostgres
	if cfg.Evidence == other {
		other = config.EvidenceFolder
	}
	return asOwner(ctx, s, func(owner *bun.DB) error {
		from, err := evidence.Bare(owner, other, evidenceFolder(cfg))
		if err != nil {
			return err
		}
		to, err := evidence.Bare(owner, cfg.Evidence, evidenceFolder(cfg))
		if err != nil {
			return err
		}
		n, err := evidence.Copy(ctx, from, to)
		if err != nil {
			return err
		}
		if err := evidence.Adopt(ctx, owner, to, time.Now()); err != nil {
			return err
		}
		fmt.Fprintf(p.stdout, "%d files copied from %s to %s, which this database now uses\n", n, other, cfg.Evidence)
		return nil
	})
}

// asOwner runs f with the owner's login.
func asOwner(ctx context.Context, s *store, f func(*bun.DB) error) (err error) {
	owner, err := s.openOwner(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close()) }()
	return f(owner)
}
