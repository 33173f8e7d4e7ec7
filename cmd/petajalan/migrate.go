package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"petajalan/internal/postgres"
)

func migrateCommand(p *program) *cobra.Command {
	var down string
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the schema up to date, or with --down take steps back",
		Long: `Makes the roles that are missing and applies the migrations that are missing, each
in a transaction, with the login of DATABASE_OWNER_URL. Several at once are safe.
The logins of DATABASE_URL and DATABASE_REPLICA_URL get their roles.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			steps := 0
			if c.Flags().Changed("down") {
				var err error
				if steps, err = strconv.Atoi(down); err != nil || steps < 1 {
					return fmt.Errorf("--down %s: say how many steps to take back, a number of at least 1", down)
				}
			}
			return p.migrate(c.Context(), steps)
		},
	}
	c.Flags().StringVar(&down, "down", "", "take back the last `N` migrations; the rows of their tables are lost (for development)")
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
