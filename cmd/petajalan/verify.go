package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"petajalan/internal/scorecard"
)

func verifyCommand(p *program) *cobra.Command {
	var publication, file string
	c := &cobra.Command{
		Use:   "verify [--publication N | --file FILE]",
		Short: "Recompute publications from what they were made of, and compare every digit",
		Long: `Recomputes each publication from the report, target and rule-set revisions its run
named, and checks every row, record and hash. Exit code 1 with the first difference.

With --file it needs no database: it reads a downloaded publication (/terbitan/N.json) or the
kit (/data/hitung-sendiri.zip) and recomputes every achievement and score from that alone, by
an implementation of its own. "-" reads from standard input.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("file") {
				return verifyFile(p, c.InOrStdin(), file)
			}
			number := 0 // all
			if c.Flags().Changed("publication") {
				var err error
				if number, err = strconv.Atoi(publication); err != nil || number < 1 {
					return fmt.Errorf("--publication %s: say which one by its number, 1 or more", publication)
				}
			}
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				count := 0
				err := scorecard.Verify(ctx, s.job, number, zone, func(v scorecard.Verified) {
					count++
					fmt.Fprintf(p.stdout, "publication %d of %s holds: %d achievements, %d scores, sha256 %s\n",
						v.Number, v.Period, v.Achievements, v.Scores, v.SHA256)
				})
				if err == nil && count == 0 {
					fmt.Fprintln(p.stdout, "nothing is published yet")
				}
				return err
			})
		},
	}
	c.Flags().StringVar(&publication, "publication", "", "verify publication `N` alone; default all")
	c.Flags().StringVar(&file, "file", "", "verify a downloaded `FILE` without a database; - is standard input")
	c.MarkFlagsMutuallyExclusive("publication", "file")
	return c
}

// fileLimit bounds what is read of a file, and of what is packed in it.
const fileLimit = 512 << 20

// verifyFile recomputes the publication in a file and says what it found.
func verifyFile(p *program, stdin io.Reader, name string) error {
	content, err := readFile(stdin, name)
	if err != nil {
		return err
	}
	shown := name
	if name == "-" {
		shown = "standard input"
	}
	if content, err = unpackPublication(content); err != nil {
		return fmt.Errorf("%s: %w", shown, err)
	}
	checked, err := scorecard.Check(content)
	if err != nil {
		return fmt.Errorf("%s: %w", shown, err)
	}
	standing := checked.Status
	if checked.Demo {
		standing = "peragaan (invented figures)"
	}
	fmt.Fprintf(p.stdout, "publication %d of %s holds, recomputed from the file alone\n", checked.Number, checked.Period)
	fmt.Fprintf(p.stdout, "achievements %d, of them scored %d; scores %d; standing %s\n", checked.Achievements, checked.Scored, checked.Scores, visible(standing))
	fmt.Fprintf(p.stdout, "sha256 %s\n", checked.SHA256)
	fmt.Fprintln(p.stdout, "compare this hash with the one on the page of the publication")
	return nil
}

// readFile reads a file, or standard input for "-".
func readFile(stdin io.Reader, name string) ([]byte, error) {
	switch name {
	case "":
		return nil, errors.New("--file: name the file, or - for standard input")
	case "-":
		return readBounded(stdin, "standard input")
	}
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("--file %s: it is a folder", name)
	}
	return readBounded(f, name)
}

func readBounded(r io.Reader, name string) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, fileLimit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case len(content) > fileLimit:
		return nil, fmt.Errorf("%s is larger than %d MiB: no publication is", name, fileLimit>>20)
	}
	return content, nil
}

var publicationName = regexp.MustCompile(`^(.*/)?terbitan-[0-9]+\.json$`)

// unpackPublication takes the publication out of a kit; what is no archive stays as it is.
func unpackPublication(content []byte) ([]byte, error) {
	if !bytes.HasPrefix(content, []byte("PK")) {
		return content, nil
	}
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("the archive is damaged or cut off: %w", err)
	}
	var found *zip.File
	for _, f := range r.File {
		if !publicationName.MatchString(f.Name) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("the archive has several publications: %s and %s", found.Name, f.Name)
		}
		found = f
	}
	if found == nil {
		return nil, errors.New("the archive has no terbitan-N.json: take /data/hitung-sendiri.zip or /terbitan/N.json")
	}
	part, err := found.Open()
	if err != nil {
		return nil, fmt.Errorf("%s in the archive: %w", found.Name, err)
	}
	defer func() { _ = part.Close() }()
	return readBounded(part, found.Name+" in the archive")
}
