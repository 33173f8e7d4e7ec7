package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"petajalan/seeds"
)

func seedCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "seed [DIR]",
		Short: "Load the roadmap and the reference data",
		Long: `Loads the files in the folder, or those in the program: roadmap, goals, objectives,
indicators, targets, agencies, areas, services, baselines, scales, rules, holidays.
A second time changes nothing. A broken file is refused with its line, all mistakes
at once, and nothing is written. A changed target needs reason and legal_basis.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			files := seeds.Files()
			if len(args) == 1 {
				folder, err := os.OpenRoot(args[0])
				if err != nil {
					return fmt.Errorf("open the folder of the seeds: %w", err)
				}
				defer folder.Close() // only read
				files = folder.FS()
			}
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				return p.seed(ctx, s, files, zone)
			})
		},
	}
}

// seed loads the files with the owner's login and says what it did.
func (p *program) seed(ctx context.Context, s *store, files fs.FS, zone *time.Location) (err error) {
	db, err := s.openOwner(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	began := time.Now()
	summary, err := seeds.Load(ctx, db, files, began.In(zone))
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s\nin %d ms\n", summary, time.Since(began).Milliseconds())
	return nil
}
