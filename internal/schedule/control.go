package schedule

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Ask wants a job to be worked now: it writes a slot of its own, which the next tick of any
// process works, once and without trying again, also while the job is paused. fault.NotFound
// for an unknown job, fault.Conflict while an earlier wish has not been worked.
func (l *Ledger) Ask(ctx context.Context, db bun.IDB, name string) error {
	if err := l.known(name); err != nil {
		return err
	}
	now, err := l.now(ctx, db)
	if err != nil {
		return err
	}
	r, err := db.NewRaw(`
		INSERT INTO job_runs (job, slot, status, attempt, not_before, manual)
		SELECT ?0, ?1, 'due', ?2, ?1, TRUE
		WHERE NOT EXISTS (SELECT FROM job_runs WHERE job = ?0 AND manual AND status = 'due')`, name, now, maxAttempts-1).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", name, err)
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Pekerjaan ini sudah diminta dan sedang menunggu giliran.")
	}
	return err
}

// Paused says why and since when a job makes no slots.
type Paused struct {
	Job    string    `bun:"job"`
	Reason string    `bun:"reason"`
	At     time.Time `bun:"at"`
	By     string    `bun:"by"` // name of the account
}

// Pauses gives the jobs that are paused, by name.
func Pauses(ctx context.Context, db bun.IDB) (map[string]Paused, error) {
	var rows []Paused
	err := db.NewRaw(`
		SELECT p.job, p.reason, p.paused_at AS at, u.name AS by
		FROM job_pauses p JOIN users u ON u.id = p.paused_by`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the paused jobs: %w", err)
	}
	paused := make(map[string]Paused, len(rows))
	for _, r := range rows {
		paused[r.Job] = r
	}
	return paused, nil
}

// Pause keeps a job from being worked by its schedule until Resume. fault.NotFound for an
// unknown job, fault.Conflict when it is paused already.
func (l *Ledger) Pause(ctx context.Context, db bun.IDB, name, reason string, by int64, now time.Time) error {
	if err := l.known(name); err != nil {
		return err
	}
	_, err := db.NewRaw(`INSERT INTO job_pauses (job, reason, paused_at, paused_by) VALUES (?, ?, ?, ?)`, name, reason, now, by).Exec(ctx)
	switch {
	case postgres.Violates(err, "job_pauses_pkey"):
		return fault.New(fault.Conflict, "Pekerjaan ini sudah dijeda.")
	case err != nil:
		return fmt.Errorf("pause %s: %w", name, err)
	}
	return nil
}

// Resume lets the schedule work a job again; what it missed is caught up as the job says.
// fault.Conflict when it is not paused.
func (l *Ledger) Resume(ctx context.Context, db bun.IDB, name string) error {
	if err := l.known(name); err != nil {
		return err
	}
	r, err := db.NewRaw(`DELETE FROM job_pauses WHERE job = ?`, name).Exec(ctx)
	if err != nil {
		return fmt.Errorf("resume %s: %w", name, err)
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "Pekerjaan ini tidak sedang dijeda.")
	}
	return err
}

func (l *Ledger) known(name string) error {
	if !slices.Contains(l.names, name) {
		return fault.New(fault.NotFound, "Tidak ada pekerjaan bernama “%s”.", name)
	}
	return nil
}

// Tally counts how the slots of a job went.
type Tally struct {
	Job     string        `bun:"job"`
	Done    int           `bun:"done"`
	Dead    int           `bun:"dead"`
	Skipped int           `bun:"skipped"`
	Waiting int           `bun:"waiting"` // due, now or to be tried again
	Mean    time.Duration `bun:"mean"`    // of the attempts that were done
	Longest time.Duration `bun:"longest"`
}

// Tallies counts the slots that the ledger still has, from the moment since on, by job.
func Tallies(ctx context.Context, db bun.IDB, since time.Time) (map[string]Tally, error) {
	var rows []Tally
	err := db.NewRaw(`
		SELECT job, count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'dead') AS dead,
			count(*) FILTER (WHERE status = 'skipped') AS skipped, count(*) FILTER (WHERE status = 'due') AS waiting,
			coalesce((extract(epoch FROM avg(finished_at - started_at) FILTER (WHERE status = 'done')) * 1e9)::bigint, 0) AS mean,
			coalesce((extract(epoch FROM max(finished_at - started_at) FILTER (WHERE status = 'done')) * 1e9)::bigint, 0) AS longest
		FROM job_runs WHERE slot >= ? GROUP BY job`, since).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count slots: %w", err)
	}
	tallies := make(map[string]Tally, len(rows))
	for _, r := range rows {
		tallies[r.Job] = r
	}
	return tallies, nil
}

// keep is how many slots of a job the ledger holds on to, beside all that are due, and all
// that died within two years.
const keep = 500

// Purge deletes the old slots of jobs that come round often and returns how many. The
// newest of each job stay: the schedule goes on from them.
func Purge(ctx context.Context, db bun.IDB, now time.Time) (int, error) {
	r, err := db.NewRaw(`
		DELETE FROM job_runs r USING (
			SELECT job, slot, row_number() OVER (PARTITION BY job, manual ORDER BY slot DESC) AS n FROM job_runs
		) AS o
		WHERE o.job = r.job AND o.slot = r.slot AND r.status <> 'due'
			AND o.n > ?0 AND (r.status <> 'dead' OR r.slot < ?1)`, keep, now.AddDate(-2, 0, 0)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("delete old slots: %w", err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}
