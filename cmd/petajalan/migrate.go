package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"petajalan/internal/postgres"
)

func migrateCommand(p *program) *cobra.Command {
	var down int
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the schema up to date, or with --down take steps back",
		Long: `Makes the roles that are missing and applies the migrations that are missing, each
in a transaction, with the login of DATABASE_OWNER_URL. Several at once are safe.
The logins of DATABASE_URL and DATABASE_REPLICA_URL get their roles.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("down") && down < 1 {
				return fmt.Errorf("--down %d: say how many steps to take back, at least 1", down)
			}
			return p.migrate(c.Context(), down)
		},
	}
	c.Flags().IntVar(&down, "down", 0, "take back the last `N` migrations; the rows of their tables are lost (for development)")
	return c
}

// migrate applies what is missing, or takes back the last down steps.
func (p *program) migrate(ctx context.Context, down int) (err error) {
	cfg, err := p.settings()
	if err != nil {
		return err
	}
	s, err := p.locateStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	o, err := s.migrateOptions()
	if err != nil {
		return err
	}
	steps, word, nothing := []string(nil), "applied", "the schema is up to date"
	if down > 0 {
		word, nothing = "took back", "there is nothing to take back"
		steps, err = postgres.Rollback(ctx, o, down)
	} else {
		steps, err = postgres.Migrate(ctx, o)
	}
	for _, step := range steps {
		fmt.Fprintln(p.stdout, word, step)
	}
	if err == nil && len(steps) == 0 {
		fmt.Fprintln(p.stdout, nothing)
	}
	return err
}
