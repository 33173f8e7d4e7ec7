// Package migrations holds the schema, as the numbered steps that lead to it.
//
// A file is NNNN_what.tx.up.sql with a NNNN_what.tx.down.sql beside it, each
// carried out in a transaction by the role peta_owner. Once on main, a file is
// never edited. Rights on tables are granted in the step that makes them; the
// roles themselves are made before the first step, by postgres.Migrate.
package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/uptrace/bun/migrate"
)

//go:embed *.sql
var files embed.FS

// FS is the folder of the SQL files.
func FS() fs.FS { return files }

// Load reads the migrations of a folder for bun's migrator.
func Load(folder fs.FS) (*migrate.Migrations, error) {
	m := migrate.NewMigrations()
	if err := m.Discover(folder); err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return m, nil
}

// Hash is a SHA-256 in hexadecimal over names and contents of a folder's SQL
// files. It changes whenever any of them does.
func Hash(folder fs.FS) (string, error) {
	names, err := fs.Glob(folder, "*.sql") // sorted
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(folder, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
