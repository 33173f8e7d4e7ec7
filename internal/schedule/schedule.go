// Package schedule runs jobs at the moments of their schedule, each moment once,
// however many processes share the database and however often they are killed.
//
// cron is only the tick. The truth is the ledger, a table in PostgreSQL with a
// row for each slot, a slot being a job at a moment of its schedule. A tick
// reads the clock of the database, writes the slots that have become due, and
// works those that nobody else holds. The effect of a job and the word "done"
// are one transaction, so that a process that dies in between leaves neither.
//
// The package knows no job; the list of them is in cmd/petajalan.
package schedule

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"petajalan/internal/postgres"
)

// CatchUp says what becomes of slots that passed while no process ran.
type CatchUp string

// The three ways to catch up.
const (
	CatchUpAll    CatchUp = "all"    // each missed slot is worked, oldest first, for 40 days back
	CatchUpLatest CatchUp = "latest" // only the newest missed slot is worked
	CatchUpNone   CatchUp = "none"   // a slot missed by more than 5 minutes is skipped
)

// Job is something to be done at the moments of a schedule.
type Job struct {
	Name    string // key of the ledger; renaming a job starts it anew
	Spec    string // five fields, in the zone of the city
	CatchUp CatchUp
	AtOnce  bool // worked when the ledger first sees it, and not only from its next moment on

	// Run does the job for one slot and says in a few words what came of it. What
	// it writes through tx stands or falls with the slot. Work that cannot go
	// through tx must be repeatable: after a crash the slot is worked again. An
	// error, or a panic, is tried again later, five times in all.
	Run func(ctx context.Context, tx postgres.Tx, slot time.Time) (result string, err error)
}

// Times of a schedule.
const (
	tick  = "@every 20s"
	grace = 20 * time.Second // how long a job may go on after the program was told to stop
)

// Run works the ledger every 20 seconds until ctx ends and the job that is then
// running has finished, at most 20 seconds later. It fails only at the start.
func Run(ctx context.Context, ledger *Ledger) error {
	l := cronLogger{ledger.log}
	// The order matters: were Recover outside, a tick that panics once would
	// count as still running for ever.
	c := cron.New(cron.WithLogger(l), cron.WithChain(cron.SkipIfStillRunning(l), cron.Recover(l)))
	if _, err := c.AddFunc(tick, func() { ledger.tick(ctx) }); err != nil {
		return fmt.Errorf("start schedule: %w", err)
	}
	ledger.tick(ctx) // what was missed does not wait for the first tick
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	return nil
}

// cronLogger writes what cron has to say; its every tick is not worth a line.
type cronLogger struct{ log *slog.Logger }

func (l cronLogger) Info(string, ...any) {}

func (l cronLogger) Error(err error, msg string, keysAndValues ...any) {
	l.log.Error("schedule tick failed", append([]any{"err", err, "detail", msg}, keysAndValues...)...)
}
