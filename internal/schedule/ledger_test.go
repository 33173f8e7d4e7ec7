package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/schedule"
)

// clock is the time of a test, moved by hand.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock(at time.Time) *clock {
	c := &clock{}
	c.set(at)
	return c
}

func (c *clock) set(at time.Time)        { c.at.Store(&at) }
func (c *clock) forward(d time.Duration) { c.set(c.at.Load().Add(d)) }

func (c *clock) now(context.Context, bun.IDB) (time.Time, error) { return *c.at.Load(), nil }

var october = time.Date(2026, 10, 1, 3, 30, 0, 0, time.UTC)

// newDatabase gives a database with a table for the effects of jobs, and the
// handle of the login that jobs have in production.
func newDatabase(t *testing.T) (*postgrestest.Database, *bun.DB) {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	for _, statement := range []string{
		`CREATE TABLE effects (job text, slot timestamptz, worker text)`,
		`GRANT SELECT, INSERT ON effects TO peta_job`,
	} {
		if _, err := d.Owner.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return d, handle(t, d)
}

// handle opens a pool of its own, as another process would.
func handle(t *testing.T, d *postgrestest.Database) *bun.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.JobOptions(d.WebURL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// effect is what the jobs of these tests do: a row.
func effect(job, worker string) func(context.Context, postgres.Tx, time.Time) (string, error) {
	return func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
		_, err := tx.NewRaw(`INSERT INTO effects VALUES (?, ?, ?)`, job, slot, worker).Exec(ctx)
		return "one row", err
	}
}

func newLedger(t *testing.T, db *bun.DB, c *clock, jobs ...schedule.Job) *schedule.Ledger {
	t.Helper()
	config := schedule.Config{DB: db, Zone: time.FixedZone("WIB", 7*3600), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Jobs: jobs}
	if c != nil {
		config.Now = c.now
	}
	l, err := schedule.NewLedger(config)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func work(t *testing.T, l *schedule.Ledger) int {
	t.Helper()
	n, err := l.Work(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// slots gives the ledger of one job as "hh:mm status" in UTC, oldest first.
func slots(t *testing.T, db *bun.DB, job string) []string {
	t.Helper()
	list, err := schedule.List(t.Context(), db, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, s := range list {
		if s.Job == job {
			words = append([]string{fmt.Sprintf("%s %s", s.Slot.UTC().Format("15:04"), s.Status)}, words...)
		}
	}
	return words
}

func count(t *testing.T, db *bun.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFreshLedgerStartsFromNow(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("hourly", "a")})
	if n := work(t, l); n != 0 {
		t.Errorf("a fresh ledger worked %d slots, want none", n)
	}
	c.forward(29 * time.Minute)
	if n := work(t, l); n != 0 {
		t.Errorf("worked %d slots before the first hour, want none", n)
	}
	c.forward(time.Minute)
	if n := work(t, l); n != 1 {
		t.Errorf("worked %d slots on the hour, want one", n)
	}
	if n := work(t, l); n != 0 {
		t.Errorf("worked %d slots a second time, want none", n)
	}
	if got, want := strings.Join(slots(t, db, "hourly"), ", "), "03:30 skipped, 04:00 done"; got != want {
		t.Errorf("ledger: %s, want %s", got, want)
	}
}

func TestJobAtOnceIsWorkedWhenFirstSeen(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, AtOnce: true, Run: effect("hourly", "a")})
	for range 2 {
		work(t, l)
	}
	c.forward(30 * time.Minute)
	work(t, l)
	if got, want := strings.Join(slots(t, db, "hourly"), ", "), "03:30 done, 04:00 done"; got != want {
		t.Errorf("ledger: %s, want %s", got, want)
	}
}

func TestManyLedgersWorkEachSlotOnce(t *testing.T) {
	t.Parallel()
	const workers, hours = 6, 40
	d, db := newDatabase(t)
	c := newClock(october)
	var ledgers []*schedule.Ledger
	for i := range workers {
		ledgers = append(ledgers, newLedger(t, handle(t, d), c,
			schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("hourly", fmt.Sprint(i))},
			schedule.Job{Name: "half", Spec: "30 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("half", fmt.Sprint(i))}))
	}
	work(t, ledgers[0])
	for range hours / 4 {
		c.forward(4 * time.Hour)
		var wg sync.WaitGroup
		for _, l := range ledgers {
			wg.Go(func() {
				if _, err := l.Work(t.Context()); err != nil {
					t.Errorf("Work: %v", err)
				}
			})
		}
		wg.Wait()
	}
	if got, want := count(t, db, `SELECT count(*) FROM effects`), 2*hours; got != want {
		t.Errorf("%d effects of %d slots", got, want)
	}
	if got := count(t, db, `SELECT count(*) FROM (SELECT DISTINCT job, slot FROM effects) AS d`); got != 2*hours {
		t.Errorf("%d different slots were worked, want %d", got, 2*hours)
	}
	if got := count(t, db, `SELECT count(*) FROM job_runs WHERE status <> 'done' AND result <> 'first seen'`); got != 0 {
		t.Errorf("%d slots are not done", got)
	}
	if got := count(t, db, `SELECT count(DISTINCT worker) FROM effects`); got < 2 {
		t.Errorf("%d ledgers did all the work, want several", got)
	}
}

func TestPoisonJobDiesWhileOthersGoOn(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	poison := func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
		if _, err := effect("poison", "a")(ctx, tx, slot); err != nil {
			return "", err
		}
		panic("bad unit")
	}
	broken := func(ctx context.Context, tx postgres.Tx, _ time.Time) (string, error) {
		_, err := tx.ExecContext(ctx, `SELECT 1 / 0`) // spoils the transaction as well
		return "", err
	}
	l := newLedger(t, db, c,
		schedule.Job{Name: "poison", Spec: "0 4 * * *", CatchUp: schedule.CatchUpAll, Run: poison},
		schedule.Job{Name: "broken", Spec: "0 11 * * *", CatchUp: schedule.CatchUpAll, Run: broken},
		schedule.Job{Name: "good", Spec: "* * * * *", CatchUp: schedule.CatchUpAll, Run: effect("good", "a")})
	// 11:00 in the city is 04:00 UTC; 04:00 in the city was earlier that day.
	c.set(time.Date(2026, 10, 1, 20, 59, 0, 0, time.UTC))
	work(t, l)
	c.set(time.Date(2026, 10, 2, 4, 0, 0, 0, time.UTC))
	for range 60 {
		work(t, l)
		c.forward(time.Minute)
	}
	list, err := schedule.List(t.Context(), db, 1)
	if err != nil {
		t.Fatal(err)
	}
	dead := map[string]schedule.Slot{}
	for _, s := range list {
		dead[s.Job] = s
	}
	for job, text := range map[string]string{"poison": "bad unit", "broken": "division by zero"} {
		if s := dead[job]; s.Status != schedule.Dead || s.Attempt != 5 || !strings.Contains(s.Error, text) {
			t.Errorf("%s: %s after %d attempts with %q, want dead after 5 with %q", job, s.Status, s.Attempt, s.Error, text)
		}
	}
	if got := count(t, db, `SELECT count(*) FROM effects WHERE job = 'poison'`); got != 0 {
		t.Errorf("the poison job left %d rows", got)
	}
	if got, want := count(t, db, `SELECT count(*) FROM effects WHERE job = 'good'`), 421+59; got != want {
		t.Errorf("the other job was worked %d times, want %d", got, want)
	}
	c.forward(24 * time.Hour)
	before := count(t, db, `SELECT count(*) FROM job_runs WHERE job = 'poison'`)
	work(t, l)
	if after := count(t, db, `SELECT count(*) FROM job_runs WHERE job = 'poison'`); after != before+1 {
		t.Errorf("a dead slot keeps the next one from coming: %d slots, then %d", before, after)
	}
}

func TestFailedSlotWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	var tries []time.Time
	l := newLedger(t, db, c, schedule.Job{Name: "flaky", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll,
		Run: func(context.Context, postgres.Tx, time.Time) (string, error) {
			tries = append(tries, *c.at.Load())
			if len(tries) < 4 {
				return "", errors.New("not yet")
			}
			return "at last", nil
		}})
	work(t, l)
	c.set(october.Add(30 * time.Minute))
	for range 40 {
		work(t, l)
		c.forward(10 * time.Second)
	}
	var gaps []string
	for i := 1; i < len(tries); i++ {
		gaps = append(gaps, tries[i].Sub(tries[i-1]).String())
	}
	if got, want := strings.Join(gaps, " "), "30s 1m0s 2m0s"; got != want {
		t.Errorf("attempts after %s, want %s", got, want)
	}
	if got, want := strings.Join(slots(t, db, "flaky"), ", "), "03:30 skipped, 04:00 done"; got != want {
		t.Errorf("ledger: %s, want %s", got, want)
	}
}

func TestMissedSlotsAreCaughtUpByPolicy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		policy schedule.CatchUp
		want   string // effects after an outage of 3 hours and 20 minutes
		ledger string
	}{
		{schedule.CatchUpAll, "04:00 05:00 06:00", "03:30 skipped, 04:00 done, 05:00 done, 06:00 done"},
		{schedule.CatchUpLatest, "06:00", "03:30 skipped, 06:00 done"},
		{schedule.CatchUpNone, "", "03:30 skipped, 06:00 skipped"},
	} {
		t.Run(string(tt.policy), func(t *testing.T) {
			t.Parallel()
			_, db := newDatabase(t)
			c := newClock(october)
			l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: tt.policy, Run: effect("hourly", "a")})
			work(t, l)
			c.forward(3*time.Hour + 20*time.Minute)
			c.set(october.Add(3*time.Hour + 20*time.Minute))
			work(t, l)
			var got []time.Time
			if err := db.NewRaw(`SELECT slot FROM effects ORDER BY slot`).Scan(t.Context(), &got); err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, s := range got {
				words = append(words, s.UTC().Format("15:04"))
			}
			if strings.Join(words, " ") != tt.want {
				t.Errorf("worked %v, want %s", words, tt.want)
			}
			if got := strings.Join(slots(t, db, "hourly"), ", "); got != tt.ledger {
				t.Errorf("ledger: %s, want %s", got, tt.ledger)
			}
			// The next slot comes as if nothing had been.
			c.set(october.Add(3*time.Hour + 31*time.Minute))
			work(t, l)
			if n := count(t, db, `SELECT count(*) FROM effects WHERE slot = '2026-10-01 07:00Z'`); n != 1 {
				t.Errorf("the next slot was worked %d times, want once", n)
			}
		})
	}
}

func TestLongOutageIsCaughtUpForFortyDays(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c, schedule.Job{Name: "nightly", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll, Run: effect("nightly", "a")})
	work(t, l)
	c.forward(400 * 24 * time.Hour)
	work(t, l)
	if got := count(t, db, `SELECT count(*) FROM effects`); got != 40 {
		t.Errorf("worked %d nights, want 40", got)
	}
}

func TestClockThatGoesBackRepeatsNoSlot(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("hourly", "a")})
	work(t, l)
	c.forward(2 * time.Hour)
	work(t, l)
	c.forward(-90 * time.Minute)
	for range 10 {
		work(t, l)
		c.forward(15 * time.Minute)
	}
	if total, different := count(t, db, `SELECT count(*) FROM effects`), count(t, db, `SELECT count(DISTINCT slot) FROM effects`); total != 3 || different != 3 {
		t.Errorf("%d effects of %d slots, want 3 of 3", total, different)
	}
}

func TestSlotOfACrashedProcessIsWorkedAgain(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	crash := true
	l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll,
		Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
			result, err := effect("hourly", "a")(ctx, tx, slot)
			if crash {
				crash = false
				// The server ends the connection, as it does when a process is killed.
				if _, err := tx.ExecContext(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`); err == nil {
					t.Error("the connection survived")
				}
			}
			return result, err
		}})
	work(t, l)
	c.forward(time.Hour)
	if _, err := l.Work(t.Context()); err == nil {
		t.Error("Work reports nothing although its connection was cut")
	}
	if n := count(t, db, `SELECT count(*) FROM effects`); n != 0 {
		t.Errorf("%d effects of a slot that was cut off, want none", n)
	}
	work(t, l)
	if n := count(t, db, `SELECT count(*) FROM effects`); n != 1 {
		t.Errorf("%d effects after the slot was worked again, want one", n)
	}
	if got, want := strings.Join(slots(t, db, "hourly"), ", "), "03:30 skipped, 04:00 done"; got != want {
		t.Errorf("ledger: %s, want %s", got, want)
	}
}

func TestJobUnderWayFinishesWhenTheProgramStops(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	ctx, stop := context.WithCancel(t.Context())
	l := newLedger(t, db, c, schedule.Job{Name: "hourly", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll,
		Run: func(ctx context.Context, tx postgres.Tx, slot time.Time) (string, error) {
			stop()
			return effect("hourly", "a")(ctx, tx, slot)
		}})
	work(t, l)
	c.forward(2 * time.Hour)
	if n, err := l.Work(ctx); n != 1 || err != nil {
		t.Errorf("worked %d slots (error: %v), want the one under way and no other", n, err)
	}
	if n := count(t, db, `SELECT count(*) FROM effects`); n != 1 {
		t.Errorf("%d effects, want one", n)
	}
}

func TestRunTicksUntilItIsStopped(t *testing.T) {
	t.Parallel()
	d, db := newDatabase(t)
	ran := make(chan struct{}, 1)
	l := newLedger(t, db, nil, schedule.Job{Name: "minutely", Spec: "* * * * *", CatchUp: schedule.CatchUpAll,
		Run: func(context.Context, postgres.Tx, time.Time) (string, error) {
			ran <- struct{}{}
			return "", nil
		}})
	work(t, l)
	// The job was last worked two minutes ago, by the clock of the database.
	if _, err := d.Owner.ExecContext(t.Context(), `UPDATE job_runs SET slot = date_trunc('minute', now()) - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- schedule.Run(ctx, l) }()
	<-ran
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestJobRunByHand(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c,
		schedule.Job{Name: "nightly", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll, Run: effect("nightly", "a")},
		schedule.Job{Name: "broken", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll, Run: func(context.Context, postgres.Tx, time.Time) (string, error) {
			return "", errors.New("no luck")
		}})
	s, err := l.RunNow(t.Context(), "nightly")
	if err != nil {
		t.Fatal(err)
	}
	if s.Status != schedule.Done || s.Result != "one row" || !s.Manual || s.Duration() <= 0 {
		t.Errorf("RunNow = %+v", s)
	}
	if n := count(t, db, `SELECT count(*) FROM effects`); n != 1 {
		t.Errorf("%d effects, want one", n)
	}
	if s, err := l.RunNow(t.Context(), "broken"); err == nil || !strings.Contains(err.Error(), "no luck") || s.Status != schedule.Dead {
		t.Errorf("RunNow of a broken job: %s, %v", s.Status, err)
	}
	if _, err := l.RunNow(t.Context(), "unknown"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("RunNow of an unknown job: %v, want not found", err)
	}
	// By hand is beside the schedule: the job has still to be seen for the first time.
	if n := work(t, l); n != 0 {
		t.Errorf("worked %d slots after a run by hand, want none", n)
	}
}

func TestLedgerRefusesJobsItCannotKeep(t *testing.T) {
	t.Parallel()
	run := func(context.Context, postgres.Tx, time.Time) (string, error) { return "", nil }
	good := schedule.Job{Name: "a", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: run}
	for name, jobs := range map[string][]schedule.Job{
		"NameTwice":    {good, good},
		"NoName":       {{Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: run}},
		"NeverFires":   {{Name: "a", Spec: "0 0 30 2 *", CatchUp: schedule.CatchUpAll, Run: run}},
		"NoCatchUp":    {{Name: "a", Spec: "0 * * * *", Run: run}},
		"ZoneInFields": {{Name: "a", Spec: "TZ=0", CatchUp: schedule.CatchUpAll, Run: run}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := schedule.NewLedger(schedule.Config{Jobs: jobs}); err == nil {
				t.Error("the ledger takes them")
			}
		})
	}
}

// newAccount makes one who may pause a job.
func newAccount(t *testing.T, d *postgrestest.Database) (id int64) {
	t.Helper()
	err := d.Owner.NewRaw(`INSERT INTO users (login, name, password_hash, created_at) VALUES ('admin', 'Administrator', 'x', now()) RETURNING id`).Scan(t.Context(), &id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestPausedJobMakesNoSlotsAndCatchesUpAfterwards(t *testing.T) {
	t.Parallel()
	d, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c,
		schedule.Job{Name: "all", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("all", "a")},
		schedule.Job{Name: "latest", Spec: "0 * * * *", CatchUp: schedule.CatchUpLatest, Run: effect("latest", "a")},
		schedule.Job{Name: "none", Spec: "0 * * * *", CatchUp: schedule.CatchUpNone, Run: effect("none", "a")},
		schedule.Job{Name: "other", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: effect("other", "a")})
	work(t, l)
	by := newAccount(t, d)
	for _, name := range []string{"all", "latest", "none"} {
		if err := l.Pause(t.Context(), d.Web, name, "perbaikan", by, october); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Pause(t.Context(), d.Web, "all", "lagi", by, october); fault.KindOf(err) != fault.Conflict {
		t.Errorf("paused twice: %v, want a conflict", err)
	}
	c.forward(3*time.Hour + 10*time.Minute)
	if n := work(t, l); n != 3 {
		t.Errorf("worked %d slots while three jobs are paused, want the three of the other", n)
	}
	for _, name := range []string{"all", "latest", "none"} {
		if err := l.Resume(t.Context(), d.Web, name); err != nil {
			t.Fatal(err)
		}
	}
	if n := work(t, l); n != 4 {
		t.Errorf("worked %d slots afterwards, want three of one job and the newest of another", n)
	}
	for name, want := range map[string]int{"all": 3, "latest": 1, "none": 0} {
		if n := count(t, db, `SELECT count(*) FROM effects WHERE job = ?`, name); n != want {
			t.Errorf("%s had %d effects, want %d", name, n, want)
		}
	}
	if err := l.Resume(t.Context(), d.Web, "all"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("resumed twice: %v, want a conflict", err)
	}
}

func TestJobAskedForIsWorkedOnceEvenWhilePaused(t *testing.T) {
	t.Parallel()
	d, db := newDatabase(t)
	c := newClock(october)
	l := newLedger(t, db, c, schedule.Job{Name: "nightly", Spec: "15 1 * * *", CatchUp: schedule.CatchUpAll, Run: effect("nightly", "a")})
	work(t, l)
	if err := l.Pause(t.Context(), d.Web, "nightly", "perbaikan", newAccount(t, d), october); err != nil {
		t.Fatal(err)
	}
	c.forward(time.Minute)
	if err := l.Ask(t.Context(), d.Web, "nightly"); err != nil {
		t.Fatal(err)
	}
	if err := l.Ask(t.Context(), d.Web, "nightly"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("asked for twice: %v, want a conflict", err)
	}
	if err := l.Ask(t.Context(), d.Web, "unknown"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("asked for an unknown job: %v, want not found", err)
	}
	if n := work(t, l); n != 1 {
		t.Errorf("worked %d slots, want the one asked for", n)
	}
	if n := count(t, db, `SELECT count(*) FROM job_runs WHERE manual AND status = 'done'`); n != 1 {
		t.Errorf("%d slots by hand are done, want one", n)
	}
}

func TestSomebodyIsToldOfADeadJob(t *testing.T) {
	t.Parallel()
	_, db := newDatabase(t)
	c := newClock(october)
	var told []schedule.Slot
	l, err := schedule.NewLedger(schedule.Config{
		DB: db, Zone: time.UTC, Now: c.now, Log: slog.New(slog.DiscardHandler),
		Jobs: []schedule.Job{{Name: "broken", Spec: "0 * * * *", CatchUp: schedule.CatchUpAll, Run: func(context.Context, postgres.Tx, time.Time) (string, error) {
			return "", errors.New("no luck")
		}}},
		Dead: func(ctx context.Context, tx postgres.Tx, s schedule.Slot) error {
			told = append(told, s)
			_, err := tx.ExecContext(ctx, `SELECT 1 / 0`) // must not undo what the ledger says
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	work(t, l)
	for range 12 {
		c.forward(10 * time.Minute)
		work(t, l)
	}
	if len(told) == 0 || told[0].Status != schedule.Dead || told[0].Error != "no luck" {
		t.Errorf("told %+v", told)
	}
	if n := count(t, db, `SELECT count(*) FROM job_runs WHERE status = 'dead'`); n != len(told) {
		t.Errorf("%d dead slots, %d told", n, len(told))
	}
}

func TestOldSlotsAreDeletedAndTheNewestStay(t *testing.T) {
	t.Parallel()
	d, db := newDatabase(t)
	_, err := d.Owner.ExecContext(t.Context(), `INSERT INTO job_runs (job, slot, status, not_before, finished_at)
		SELECT 'minutely', t, CASE WHEN extract(minute FROM t) = 30 THEN 'dead' ELSE 'done' END, t, t
		FROM generate_series(timestamptz '2026-09-30 00:00+00', '2026-09-30 16:39+00', interval '1 minute') t`)
	if err != nil {
		t.Fatal(err)
	}
	n, err := schedule.Purge(t.Context(), db, october)
	if err != nil {
		t.Fatal(err)
	}
	if left := count(t, db, `SELECT count(*) FROM job_runs`); n == 0 || n+left != 1000 || left < 500 {
		t.Errorf("deleted %d, left %d of 1000", n, left)
	}
	if dead := count(t, db, `SELECT count(*) FROM job_runs WHERE status = 'dead'`); dead != 17 {
		t.Errorf("%d dead slots are left, want all 17", dead)
	}
	tallies, err := schedule.Tallies(t.Context(), db, october.AddDate(0, 0, -30))
	if err != nil || tallies["minutely"].Dead != 17 {
		t.Errorf("Tallies = %+v, %v", tallies, err)
	}
}
