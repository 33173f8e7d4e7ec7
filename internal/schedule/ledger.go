package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Limits of the ledger.
const (
	maxAttempts  = 5                   // then the slot is dead
	firstBackoff = 30 * time.Second    // doubled with each attempt
	lookBack     = 40 * 24 * time.Hour // how far CatchUpAll goes back
	lateness     = 5 * time.Minute     // by how much a slot of CatchUpNone may be missed
	maxFill      = 1000                // slots written for one job in one tick; the next tick goes on
)

// fillLock is the key of the advisory lock held while slots are written.
const fillLock = 0x7065746a616c616e // "petjalan"

// Config says what a ledger works on.
type Config struct {
	DB   *bun.DB // of the job login; a slot being worked holds one connection
	Zone *time.Location
	Log  *slog.Logger
	Jobs []Job

	// Now is the clock; nil means that of the database, so that the clocks of
	// the machines do not matter. A test moves it.
	Now func(ctx context.Context, db bun.IDB) (time.Time, error)

	// Dead is told of a slot that was given up, in the transaction that says so; nil:
	// nobody is. Its error is logged and changes nothing.
	Dead func(ctx context.Context, tx postgres.Tx, s Slot) error
}

// Ledger works the slots of its jobs. Several, in one process or many, may share
// a database.
type Ledger struct {
	db    *bun.DB
	zone  *time.Location
	log   *slog.Logger
	jobs  []Job
	specs map[string]Spec
	names []string
	now   func(ctx context.Context, db bun.IDB) (time.Time, error)
	dead  func(ctx context.Context, tx postgres.Tx, s Slot) error
	owner string
}

// NewLedger checks the jobs: a name each, no name twice, a schedule that comes round.
func NewLedger(c Config) (*Ledger, error) {
	l := &Ledger{db: c.DB, zone: c.Zone, log: c.Log, jobs: c.Jobs, specs: map[string]Spec{}, now: c.Now, dead: c.Dead, owner: owner()}
	if l.now == nil {
		l.now = databaseNow
	}
	for _, j := range c.Jobs {
		spec, err := ParseSpec(j.Spec)
		if err != nil {
			return nil, fmt.Errorf("job %q: %w", j.Name, err)
		}
		if _, twice := l.specs[j.Name]; twice || j.Name == "" {
			return nil, fmt.Errorf("job %q: the name is missing or used twice", j.Name)
		}
		switch j.CatchUp {
		case CatchUpAll, CatchUpLatest, CatchUpNone:
		default:
			return nil, fmt.Errorf("job %q: catch-up %q is none of all, latest, none", j.Name, j.CatchUp)
		}
		l.specs[j.Name] = spec
		l.names = append(l.names, j.Name)
	}
	return l, nil
}

// owner names this process in the ledger.
func owner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

func databaseNow(ctx context.Context, db bun.IDB) (now time.Time, err error) {
	if err := db.NewRaw(`SELECT clock_timestamp()`).Scan(ctx, &now); err != nil {
		return time.Time{}, fmt.Errorf("read the clock of the database: %w", err)
	}
	return now, nil
}

// tick works the ledger and logs what went wrong with the ledger itself.
func (l *Ledger) tick(ctx context.Context) {
	if _, err := l.Work(ctx); err != nil && ctx.Err() == nil {
		l.log.Error("work the job ledger", "err", err)
	}
}

// Work writes the slots that have become due and works them until none is left
// that is due and free, or ctx has ended; a job under way then has 20 seconds
// more. It returns how many slots it worked, well or badly. A job that fails is
// no error of Work.
func (l *Ledger) Work(ctx context.Context) (int, error) {
	if err := l.fill(ctx); err != nil {
		return 0, err
	}
	worked := 0
	for ctx.Err() == nil {
		found, err := l.workOne(ctx)
		if err != nil {
			return worked, err
		}
		if !found {
			break
		}
		worked++
	}
	return worked, nil
}

// fill writes the slots that have become due since the last one of each job. One
// ledger at a time does; the others leave it to that one.
func (l *Ledger) fill(ctx context.Context) error {
	return l.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		var mine bool
		if err := tx.NewRaw(`SELECT pg_try_advisory_xact_lock(?)`, fillLock).Scan(ctx, &mine); err != nil {
			return fmt.Errorf("lock the job ledger: %w", err)
		}
		if !mine {
			return nil
		}
		now, err := l.now(ctx, tx)
		if err != nil {
			return err
		}
		last, err := l.lastSlots(ctx, tx)
		if err != nil {
			return err
		}
		paused, err := Pauses(ctx, tx)
		if err != nil {
			return err
		}
		var rows []Slot
		for _, j := range l.jobs {
			if _, waits := paused[j.Name]; !waits {
				rows = append(rows, l.due(j, last[j.Name], now)...)
			}
		}
		if len(rows) == 0 {
			return nil
		}
		if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
			return fmt.Errorf("write due slots: %w", err)
		}
		return nil
	})
}

// lastSlots gives the newest scheduled slot of each job; a job that never had one is absent.
func (l *Ledger) lastSlots(ctx context.Context, db bun.IDB) (map[string]time.Time, error) {
	var rows []Slot
	err := db.NewRaw(`SELECT job, max(slot) AS slot FROM job_runs WHERE NOT manual GROUP BY job`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read last slots: %w", err)
	}
	last := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		last[r.Job] = r.Slot
	}
	return last, nil
}

// due gives the rows to write for a job whose newest slot is last (zero: none yet).
func (l *Ledger) due(j Job, last, now time.Time) []Slot {
	row := func(slot time.Time, status Status, result string) Slot {
		return Slot{Job: j.Name, Slot: slot, Status: status, NotBefore: slot, Result: result}
	}
	if last.IsZero() {
		// A job begins when it is first seen, not at the beginning of time.
		if j.AtOnce {
			return []Slot{row(now, Due, "")}
		}
		return []Slot{row(now, Skipped, "first seen")}
	}
	if oldest := now.Add(-lookBack); last.Before(oldest) {
		last = oldest
	}
	var all []Slot
	var newest time.Time
	for s := l.specs[j.Name].Next(last.In(l.zone)); !s.IsZero() && !s.After(now); s = l.specs[j.Name].Next(s) {
		newest = s
		if j.CatchUp == CatchUpAll {
			if all = append(all, row(s, Due, "")); len(all) == maxFill {
				break
			}
		}
	}
	switch {
	case newest.IsZero():
		return nil
	case j.CatchUp == CatchUpAll:
		return all
	case j.CatchUp == CatchUpNone && now.Sub(newest) > lateness:
		return []Slot{row(newest, Skipped, "missed")}
	}
	return []Slot{row(newest, Due, "")}
}

// workOne claims one due slot and works it; found is false when there is none.
func (l *Ledger) workOne(ctx context.Context) (found bool, err error) {
	ctx, cancel := withGrace(ctx)
	defer cancel()
	var s Slot
	err = postgres.InTx(ctx, l.db, nil, func(ctx context.Context, tx postgres.Tx) error {
		now, err := l.now(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.NewSelect().Model(&s).
			Where("status = ?", Due).Where("not_before <= ?", now).Where("job IN (?)", bun.List(l.names)).
			Where("manual OR NOT EXISTS (SELECT FROM job_pauses AS p WHERE p.job = ?TableAlias.job)").
			Order("slot", "job").Limit(1).
			For("UPDATE SKIP LOCKED").
			Scan(ctx)
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim a slot: %w", err)
		}
		found = true
		s, err = l.work(ctx, tx, s, now)
		return err
	})
	if found && err == nil {
		l.report(ctx, s)
	}
	return found, err
}

// RunNow works a job by hand, as a slot of its own at the present moment. It is
// tried once: the error is for the one who asked, and stands in the ledger too.
// fault.NotFound for an unknown job.
func (l *Ledger) RunNow(ctx context.Context, name string) (Slot, error) {
	if _, known := l.specs[name]; !known {
		return Slot{}, fault.New(fault.NotFound, "Tidak ada pekerjaan bernama “%s”.", name)
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	var done Slot
	err := postgres.InTx(ctx, l.db, nil, func(ctx context.Context, tx postgres.Tx) error {
		now, err := l.now(ctx, tx)
		if err != nil {
			return err
		}
		s := Slot{Job: name, Slot: now, Status: Due, NotBefore: now, Manual: true, Attempt: maxAttempts - 1}
		if _, err := tx.NewInsert().Model(&s).Exec(ctx); err != nil {
			return fmt.Errorf("write a slot for %s: %w", name, err)
		}
		done, err = l.work(ctx, tx, s, now)
		return err
	})
	if err != nil {
		return done, err
	}
	l.report(ctx, done)
	if done.Status != Done {
		return done, fmt.Errorf("run %s: %s", name, done.Error)
	}
	return done, nil
}

// work runs the job of a claimed slot and writes how it went. The error is one
// of the ledger; then the whole transaction falls and the slot stays as it was.
func (l *Ledger) work(ctx context.Context, tx postgres.Tx, s Slot, now time.Time) (Slot, error) {
	started, err := databaseNow(ctx, tx)
	if err != nil {
		return s, err
	}
	// The savepoint takes back what a failing job has written and keeps the claim.
	if _, err := tx.ExecContext(ctx, `SAVEPOINT job`); err != nil {
		return s, fmt.Errorf("begin %s: %w", s.Job, err)
	}
	result, jobErr := l.call(ctx, tx, s)
	if jobErr == nil {
		// A mistake that a deferred constraint would only find at the commit must
		// be the job's, not the ledger's.
		_, jobErr = tx.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`)
	}
	if jobErr != nil {
		if _, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT job`); err != nil {
			return s, errors.Join(fmt.Errorf("work %s: %w", s.Job, jobErr), err)
		}
	}
	finished, err := databaseNow(ctx, tx)
	if err != nil {
		return s, err
	}
	s.Attempt++
	s.Owner, s.StartedAt, s.FinishedAt = l.owner, &started, &finished
	switch {
	case jobErr == nil:
		s.Status, s.Result, s.Error = Done, result, ""
	case s.Attempt >= maxAttempts:
		s.Status, s.Error = Dead, jobErr.Error()
	default:
		s.Error, s.NotBefore = jobErr.Error(), now.Add(firstBackoff<<(s.Attempt-1))
	}
	_, err = tx.NewUpdate().Model(&s).WherePK().
		Column("status", "attempt", "not_before", "owner", "started_at", "finished_at", "result", "error").
		Exec(ctx)
	if err != nil {
		return s, fmt.Errorf("note the end of %s: %w", s.Job, err)
	}
	if s.Status == Dead && l.dead != nil {
		err := tx.RunInTx(ctx, nil, func(ctx context.Context, _ bun.Tx) error { return l.dead(ctx, tx, s) }) // in a savepoint
		if err != nil {
			l.log.ErrorContext(ctx, "nobody was told of a dead job", "job", s.Job, "err", err)
		}
	}
	return s, nil
}

// call runs the job and turns a panic into an error.
func (l *Ledger) call(ctx context.Context, tx postgres.Tx, s Slot) (result string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	for _, j := range l.jobs {
		if j.Name == s.Job {
			return j.Run(ctx, tx, s.Slot)
		}
	}
	return "", fmt.Errorf("no job is called %s", s.Job)
}

// report writes one line for each slot worked, once that is committed.
func (l *Ledger) report(ctx context.Context, s Slot) {
	attrs := []any{"job", s.Job, "slot", s.Slot, "attempt", s.Attempt, "duration_ms", s.Duration().Milliseconds()}
	switch s.Status {
	case Done:
		l.log.InfoContext(ctx, "job done", append(attrs, "result", s.Result)...)
	case Dead:
		l.log.ErrorContext(ctx, "job dead", append(attrs, "err", s.Error)...)
	default:
		l.log.WarnContext(ctx, "job will be tried again", append(attrs, "not_before", s.NotBefore, "err", s.Error)...)
	}
}

// withGrace gives a context that outlives ctx by the grace of a running job.
func withGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	long, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
		case <-long.Done():
		}
		cancel()
	})
	return long, func() { stop(); cancel() }
}
