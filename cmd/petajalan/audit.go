package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"petajalan/internal/audit"
)

func auditCommand(p *program) *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "Look at the trail of changes"}
	var against string
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Check that the trail was neither changed nor cut off",
		Long: `Checks every chain of the trail and that it holds all heads that were anchored. With
--against it must also hold the heads in a file that was kept outside of the database, such
as the daily letters ("-" reads standard input); lines that are no heads are passed over.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error {
				return p.verifyTrail(ctx, s, c.InOrStdin(), against)
			})
		},
	}
	verify.Flags().StringVar(&against, "against", "", "file with heads that were kept outside")
	heads := &cobra.Command{
		Use:   "heads",
		Short: "Print where the chains end, to be kept outside of the database",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error {
				list, err := audit.Heads(ctx, s.job)
				if err != nil {
					return err
				}
				for _, h := range list {
					fmt.Fprintln(p.stdout, h)
				}
				return nil
			})
		},
	}
	c.AddCommand(verify, heads)
	return c
}

func (p *program) verifyTrail(ctx context.Context, s *store, stdin io.Reader, against string) error {
	var kept []audit.Head
	if against != "" {
		source := stdin
		if against != "-" {
			f, err := os.Open(against)
			if err != nil {
				return fmt.Errorf("read kept heads: %w", err)
			}
			defer f.Close()
			source = f
		}
		var err error
		if kept, err = audit.ReadHeads(source); err != nil {
			return err
		}
		if len(kept) == 0 {
			return errors.New("there is no head in what was kept: lines read STREAM NUMBER HASH")
		}
	}
	broken, err := audit.Broken(ctx, s.job)
	if err != nil {
		return err
	}
	lost, err := audit.Against(ctx, s.job, kept)
	if err != nil {
		return err
	}
	broken = append(broken, lost...)
	for _, b := range broken {
		fmt.Fprintf(p.stdout, "%s %d %s\n", b.Stream, b.Seq, b.Why)
	}
	if len(broken) > 0 {
		return fmt.Errorf("the trail is broken in %d places", len(broken))
	}
	heads, err := audit.Heads(ctx, s.job)
	if err != nil {
		return err
	}
	entries := int64(0)
	for _, h := range heads {
		entries += h.Seq
	}
	fmt.Fprintf(p.stdout, "whole: %d streams, %d entries, %d kept heads found\n", len(heads), entries, len(kept))
	return nil
}
