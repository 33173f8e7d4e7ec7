package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// Status says how far a slot has come.
type Status string

// The states of a slot.
const (
	Due     Status = "due"     // to be worked, now or after NotBefore
	Done    Status = "done"    // worked, once
	Dead    Status = "dead"    // failed five times and given up
	Skipped Status = "skipped" // passed over by the job's way to catch up
)

// Slot is one row of the ledger: a job at one moment.
type Slot struct {
	bun.BaseModel `bun:"table:job_runs"`

	Job        string     `bun:"job,pk"`
	Slot       time.Time  `bun:"slot,pk"`
	Status     Status     `bun:"status"`
	Attempt    int        `bun:"attempt"`    // attempts that ended; a crash is none
	NotBefore  time.Time  `bun:"not_before"` // when the next attempt may begin
	Owner      string     `bun:"owner"`      // the process that worked on it last
	Manual     bool       `bun:"manual"`     // asked for by hand
	StartedAt  *time.Time `bun:"started_at"` // of the last attempt; nil: none yet
	FinishedAt *time.Time `bun:"finished_at"`
	Result     string     `bun:"result"`
	Error      string     `bun:"error"` // of the last attempt that failed
}

// Duration is how long the last attempt took, 0 when there was none.
func (s Slot) Duration() time.Duration {
	if s.StartedAt == nil || s.FinishedAt == nil {
		return 0
	}
	return s.FinishedAt.Sub(*s.StartedAt)
}

// List gives the newest slots of each job, at most perJob of each, by job and
// then newest first.
func List(ctx context.Context, db bun.IDB, perJob int) ([]Slot, error) {
	var slots []Slot
	err := db.NewRaw(`
		SELECT job, slot, status, attempt, not_before, owner, manual, started_at, finished_at, result, error
		FROM (SELECT *, row_number() OVER (PARTITION BY job ORDER BY slot DESC) AS n FROM job_runs) AS r
		WHERE n <= ?
		ORDER BY job, slot DESC`, perJob).Scan(ctx, &slots)
	if err != nil {
		return nil, fmt.Errorf("list slots: %w", err)
	}
	return slots, nil
}

// Planned is a job and when its schedule next comes round.
type Planned struct {
	Name string
	Spec Spec
	Next time.Time // in the zone of the city
}

// Upcoming lists all jobs in their order, with the next moment of each after t.
func (l *Ledger) Upcoming(t time.Time) []Planned {
	list := make([]Planned, len(l.jobs))
	for i, j := range l.jobs {
		spec := l.specs[j.Name]
		list[i] = Planned{Name: j.Name, Spec: spec, Next: spec.Next(t.In(l.zone))}
	}
	return list
}
