// Command petajalan keeps the roadmap of a city's public services: it takes in
// progress, scores it on a schedule, publishes the scores and shows them to the
// people of the city. `petajalan help` lists what it can do.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	_ "time/tzdata" // a bare container does not know the zones
	"unicode"

	"github.com/spf13/cobra"

	"petajalan/internal/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// The first signal asks for an orderly end; from then on the next one has its
	// usual effect, which is to end the program at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run carries out one command and returns the exit code: 0, or 1 after an
// error, which then stands on stderr.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) int {
	if _, set := lookup("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryGoal)
	}
	root := newRoot(&program{lookup: lookup, stdout: stdout, stderr: stderr})
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(stderr, "petajalan:", visible(err.Error()))
		return 1
	}
	return 0
}

// visible writes out the characters of a text that would do something to a terminal: a
// downloaded file says in part what is wrong with it.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return b.String()
}

// memoryGoal is the heap from which on memory is collected more eagerly, so that the whole
// program stays below 150 MiB also while it publishes. GOMEMLIMIT sets another.
const memoryGoal = 100 << 20

// program is what every command needs from outside.
type program struct {
	lookup         func(string) (string, bool) // of the environment
	stdout, stderr io.Writer
}

// newRoot puts the commands together; each has a file of its own.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "petajalan",
		Short:         "The roadmap of a city's public services, its scores, and the page where everybody can see them",
		SilenceUsage:  true, // an error is one sentence
		SilenceErrors: true, // run prints it
	}
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		demoCommand(p),
		serveCommand(p),
		migrateCommand(p),
		seedCommand(p),
		scoreCommand(p),
		publishCommand(p),
		verifyCommand(p),
		userCommand(p),
		jobsCommand(p),
		auditCommand(p),
		evidenceCommand(p),
	)
	return root
}

// settings reads the environment.
func (p *program) settings() (config.Config, error) { return config.FromEnv(p.lookup) }

// logger writes JSON lines for operators to stderr.
func (p *program) logger(cfg config.Config) *slog.Logger {
	return slog.New(slog.NewJSONHandler(p.stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
}

// say tells the operator of a command what takes long.
func (p *program) say(sentence string) { fmt.Fprintln(p.stderr, sentence) }
