package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// oldest is the first major version that the schema works with (UNIQUE NULLS
// NOT DISTINCT came with 15).
const oldest = 15

// binaries is a folder with initdb and postgres in it.
type binaries struct {
	dir   string
	major int
}

// findBinaries looks for PostgreSQL of that major version, or, when major is
// 0, for any that will do: the one in PATH first, then the newest installed.
// The account must be able to run it. Only when nothing is installed is one
// downloaded.
func findBinaries(ctx context.Context, major int, who *account, say func(string)) (binaries, error) {
	var found []binaries
	for _, dir := range candidates() {
		if b, err := inspect(ctx, dir); err == nil && who.canRun(dir) && !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	for _, b := range found {
		if major == b.major || major == 0 && b.major >= oldest {
			return b, nil
		}
	}
	if len(found) > 0 && major != 0 {
		return binaries{}, fmt.Errorf("the data folder was made by PostgreSQL %d, but only %s is installed: install PostgreSQL %d, or name another folder in PETAJALAN_DATA; nothing was changed",
			major, versions(found), major)
	}
	say("no PostgreSQL is installed: downloading one")
	cache := "/var/cache" // root's own is closed to the account
	if who == nil {
		var err error
		if cache, err = os.UserCacheDir(); err != nil {
			return binaries{}, err
		}
	}
	b, err := download(ctx, orElse(major, 17), "https://repo1.maven.org/maven2", filepath.Join(cache, "petajalan"))
	if err != nil {
		return binaries{}, fmt.Errorf("no PostgreSQL of version %d or newer is installed: install it (Debian: apt install postgresql), or set DATABASE_URL to a server that runs elsewhere, or use `docker compose up` (downloading one was tried too: %w)",
			orElse(major, oldest), err)
	}
	return b, nil
}

func versions(found []binaries) string {
	var words []string
	for _, b := range found {
		words = append(words, strconv.Itoa(b.major))
	}
	return strings.Join(words, " and ")
}

// candidates lists folders that may hold the programs, the preferred first.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	var versioned []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",          // Debian
		"/usr/pgsql-*/bin",                   // Red Hat
		"/opt/homebrew/opt/postgresql@*/bin", // Homebrew
		"/usr/local/opt/postgresql@*/bin",    // Homebrew on older Macs
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well formed
		versioned = append(versioned, matches...)
	}
	slices.SortStableFunc(versioned, func(a, b string) int { return numberIn(b) - numberIn(a) })
	return append(dirs, versioned...)
}

var digits = regexp.MustCompile(`\d+`)

func numberIn(path string) int {
	n, _ := strconv.Atoi(digits.FindString(path)) // 0 where there is none
	return n
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect says which version a folder holds.
func inspect(ctx context.Context, dir string) (binaries, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return binaries{}, err
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() // #nosec G204 -- a folder of the list above
	if err != nil {
		return binaries{}, err
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return binaries{}, fmt.Errorf("%s/postgres says %q for its version", dir, out)
	}
	major, err := strconv.Atoi(string(m[1]))
	return binaries{dir: dir, major: major}, err
}

// downloads are the versions that embedded-postgres offers.
var downloads = map[int]embeddedpostgres.PostgresVersion{
	15: embeddedpostgres.V15, 16: embeddedpostgres.V16, 17: embeddedpostgres.V17, 18: embeddedpostgres.V18,
}

// download fetches PostgreSQL from the repository and unpacks it in the cache
// with embedded-postgres, or finds what an earlier call unpacked. Only that part
// of the library is used: its start runs initdb as the calling user, which
// PostgreSQL refuses to root, and removes a data folder of another version.
func download(ctx context.Context, major int, repository, cache string) (b binaries, err error) {
	version, ok := downloads[major]
	if !ok {
		return binaries{}, fmt.Errorf("there is none of version %d", major)
	}
	dir := filepath.Join(cache, "postgresql-"+string(version))
	if b, err := inspect(ctx, filepath.Join(dir, "bin")); err == nil {
		return b, nil
	}
	work, err := os.MkdirTemp("", "petajalan-download-")
	if err != nil {
		return binaries{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	// The library cannot stop after unpacking, so it gets a data folder that
	// cannot be: below a file.
	file := filepath.Join(work, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return binaries{}, err
	}
	startErr := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().
		Version(version).
		BinaryRepositoryURL(repository).
		Port(0).
		CachePath(filepath.Join(work, "cache")).
		RuntimePath(filepath.Join(work, "runtime")).
		BinariesPath(dir).
		DataPath(filepath.Join(file, "data")).
		Logger(io.Discard)).Start()
	if b, err = inspect(ctx, filepath.Join(dir, "bin")); err != nil {
		return binaries{}, errors.Join(startErr, err)
	}
	// It was unpacked for the caller alone; the server may run as another account.
	return b, os.Chmod(dir, 0o755) // #nosec G302 -- programs that anybody may have
}
