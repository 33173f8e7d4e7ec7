package scorecard

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scoring"
	"petajalan/seeds"
)

// The nation has 514 cities, of which the benchmark takes a part.
const (
	nationCities  = 514
	scaleVariable = "PETAJALAN_BENCH_SCALE"
	defaultScale  = "1/50"
)

// nationWorkers is how many cities are scored at a time, each over its own connection.
const nationWorkers = 2

var (
	nationZone  = time.FixedZone("WIB", 7*60*60)
	nationKnown = time.Date(2025, 1, 2, 8, 0, 0, 0, nationZone)
	nationAsOf  = time.Date(2031, 6, 1, 0, 0, 0, 0, nationZone) // everything was due and announced
	nationLast  = scoring.Period{Year: 2029, Quarter: 4}
)

// BenchmarkScoreNation scores all cities of a nation, city by city, for all 20 quarters of
// the roadmap, roll-ups included, and stores the runs. It is held against one plain SQL
// statement that stores the same achievements without roll-ups in a table of the same
// shape in the same database; that both give the same rows is checked.
//
// PETAJALAN_BENCH_SCALE says how much of the nation: 1 is all of it (514 cities, 300,000
// target series, 6 million achievements; 8 GB of disk and a quarter of an hour), 1/50 the
// default. Reported are the seconds of both, their ratio (at most 1 is wanted) and the peak
// of the resident memory of this process in MiB:
//
//	PETAJALAN_BENCH_SCALE=1 go test -run XXX -bench Nation -benchtime 1x -timeout 1h ./internal/scorecard
func BenchmarkScoreNation(b *testing.B) {
	n := nation{db: postgrestest.New(b)}
	n.fill(b, benchScale(b))
	n.makeBaseline(b)
	b.ResetTimer()
	var seconds float64
	runs := 0
	for b.Loop() {
		b.StopTimer()
		n.clear(b)
		b.StartTimer()
		start := time.Now()
		n.score(b)
		seconds += time.Since(start).Seconds()
		runs++
	}
	b.StopTimer()
	n.compare(b)
	seconds /= float64(runs)
	b.ReportMetric(seconds, "s/run")
	b.ReportMetric(n.baseline.Seconds(), "s/baseline")
	b.ReportMetric(seconds/n.baseline.Seconds(), "run/baseline")
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "MiB-peak")
	b.ReportMetric(float64(n.rows)/seconds, "achievements/s")
}

// nation is a database with many cities.
type nation struct {
	db       *bun.DB
	cities   [][]int64 // the series of each
	baseRun  int64
	baseline time.Duration
	rows     int64
}

// benchScale is how many cities to score.
func benchScale(b *testing.B) int {
	text := os.Getenv(scaleVariable)
	if text == "" {
		text = defaultScale
	}
	scale, ok := new(big.Rat).SetString(text)
	if !ok || scale.Sign() <= 0 || scale.Cmp(big.NewRat(1, 1)) > 0 {
		b.Fatalf("%s is %q, which is not a part of 1 like 1/50 or 0.1", scaleVariable, text)
	}
	cities, _ := new(big.Rat).Mul(scale, big.NewRat(nationCities, 1)).Float64()
	return max(1, int(cities))
}

// fill makes the inputs.
func (n *nation) fill(b *testing.B, cities int) {
	b.Helper()
	if _, err := seeds.Load(b.Context(), n.db, seeds.Files(), nationKnown); err != nil {
		b.Fatal(err)
	}
	script, err := os.ReadFile("testdata/nation.sql")
	if err != nil {
		b.Fatal(err)
	}
	n.long(b, func(ctx context.Context, tx postgres.Tx) error {
		// What is generated refers to what is there: foreign keys need not be checked.
		if _, err := tx.ExecContext(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
		for _, statement := range strings.Split(strings.TrimSpace(string(script)), ";\n\n") {
			if _, err := tx.ExecContext(ctx, strings.TrimSuffix(statement, ";"), cities); err != nil {
				return err
			}
		}
		return nil
	})
	for _, statement := range []string{`VACUUM (ANALYZE)`, `CHECKPOINT`} {
		n.exec(b, statement)
	}
	n.long(b, func(ctx context.Context, tx postgres.Tx) error {
		return tx.Stream(ctx, `
			SELECT array_agg(s.id ORDER BY s.id) FROM target_series s JOIN agencies a ON a.id = s.agency_id
			WHERE a.code ~ '^k[0-9]{3}-a' GROUP BY left(a.code, 4) ORDER BY left(a.code, 4)`, nil, func(rows pgx.Rows) error {
			for rows.Next() {
				var ids []int64
				if err := rows.Scan(&ids); err != nil {
					return err
				}
				n.cities = append(n.cities, ids)
			}
			return nil
		})
	})
}

// long runs f in a transaction that may last.
func (n *nation) long(b *testing.B, f func(context.Context, postgres.Tx) error) {
	b.Helper()
	err := postgres.InTx(b.Context(), n.db, nil, func(ctx context.Context, tx postgres.Tx) error {
		for _, setting := range []string{"statement_timeout = 0", "idle_in_transaction_session_timeout = 0", "work_mem = '256MB'"} {
			if _, err := tx.ExecContext(ctx, "SET LOCAL "+setting); err != nil {
				return err
			}
		}
		return f(ctx, tx)
	})
	if err != nil {
		b.Fatal(err)
	}
}

func (n *nation) exec(b *testing.B, statement string, args ...any) {
	b.Helper()
	conn, err := n.db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	for _, s := range []string{`SET statement_timeout = 0`, statement, `RESET statement_timeout`} {
		if _, err := conn.ExecContext(b.Context(), s, args...); err != nil {
			b.Fatal(err)
		}
		args = nil
	}
}

// makeBaseline computes the achievements in SQL alone.
func (n *nation) makeBaseline(b *testing.B) {
	b.Helper()
	script, err := os.ReadFile("testdata/baseline.sql")
	if err != nil {
		b.Fatal(err)
	}
	n.long(b, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TABLE baseline (LIKE achievements INCLUDING ALL)`); err != nil {
			return err
		}
		var keys []string
		err := tx.NewRaw(`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'achievements'::regclass AND contype = 'f'`).Scan(ctx, &keys)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, `ALTER TABLE baseline ADD `+key); err != nil {
				return err
			}
		}
		return nil
	})
	n.clear(b)
	n.long(b, func(ctx context.Context, tx postgres.Tx) error {
		start := time.Now()
		result, err := tx.ExecContext(ctx, string(script), n.baseRun, n.cities[0][0], nationAsOf)
		if err != nil {
			return err
		}
		n.baseline = time.Since(start)
		n.rows, err = result.RowsAffected()
		return err
	})
	b.Logf("%d cities, baseline: %d achievements in %s", len(n.cities), n.rows, n.baseline.Round(time.Millisecond))
}

// clear throws away all runs but the one that the baseline stands under.
func (n *nation) clear(b *testing.B) {
	b.Helper()
	if n.baseRun == 0 {
		err := n.db.NewRaw(`
			INSERT INTO runs (year, quarter, as_of, rule_set_id, formula_version, input_hash, scored, missing, left_out, started_at, duration_ms)
			SELECT 2029, 4, ?, id, 1, repeat('0', 64), 0, 0, 0, now(), 0 FROM rule_sets RETURNING id`, nationAsOf).Scan(b.Context(), &n.baseRun)
		if err != nil {
			b.Fatal(err)
		}
		return
	}
	n.long(b, func(ctx context.Context, tx postgres.Tx) error {
		for _, statement := range []string{
			`SET LOCAL session_replication_role = replica`,
			`TRUNCATE achievements, scores, run_series`,
			`DELETE FROM runs WHERE input_hash <> repeat('0', 64)`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	n.exec(b, `CHECKPOINT`)
}

// score is what is measured: each city is read, computed and stored as scoreWhole does it
// for the only city there is. Nothing of a city is kept.
func (n *nation) score(b *testing.B) {
	b.Helper()
	next := make(chan []int64)
	errs := make(chan error, nationWorkers)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var workers sync.WaitGroup
	for range nationWorkers {
		workers.Go(func() {
			for ids := range next {
				if err := n.scoreCity(ctx, ids); err != nil {
					errs <- err
					cancel()
					return
				}
			}
		})
	}
	for _, ids := range n.cities {
		select {
		case next <- ids:
		case <-ctx.Done():
		}
	}
	close(next)
	workers.Wait()
	select {
	case err := <-errs:
		b.Fatal(err)
	default:
	}
}

func (n *nation) scoreCity(ctx context.Context, ids []int64) error {
	return postgres.InTx(ctx, n.db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx postgres.Tx) error {
		run, _, err := scoreSeries(ctx, tx, ScoreOptions{Period: nationLast, AsOf: nationAsOf, Zone: nationZone, Whole: true}, ids)
		if err == nil && run.Reused {
			err = fmt.Errorf("city of series %d was scored before", ids[0])
		}
		return err
	})
}

// compare fails unless runs and baseline hold the same achievements, city by city.
func (n *nation) compare(b *testing.B) {
	b.Helper()
	const columns = `series_id, year, quarter, state, reason, weight, as_of_year, as_of_quarter, report_status, revision_id, target_id,
		first_target_id, exception_id, actual, actual_numerator, actual_denominator, target, target_low, target_high, raw, scored, rating,
		first_target, first_target_low, first_target_high, first_raw, first_scored`
	var total int64
	for _, ids := range n.cities {
		n.long(b, func(ctx context.Context, tx postgres.Tx) error {
			var rows, differing int64
			var example string
			err := tx.NewRaw(`
				WITH a AS (SELECT `+columns+` FROM achievements WHERE run_id = (SELECT run_id FROM run_series WHERE series_id = ?1)),
					e AS (SELECT `+columns+` FROM baseline WHERE run_id = ?0 AND series_id BETWEEN ?1 AND ?2),
					d AS ((SELECT 'run' AS by, * FROM (SELECT * FROM a EXCEPT SELECT * FROM e) x)
						UNION ALL (SELECT 'baseline', * FROM (SELECT * FROM e EXCEPT SELECT * FROM a) x))
				SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM d),
					coalesce((SELECT string_agg(d::text, E'\n' ORDER BY by) FROM d WHERE (series_id, year, quarter) = (SELECT series_id, year, quarter FROM d ORDER BY 1, 2, 3 LIMIT 1)), '')`,
				n.baseRun, ids[0], ids[len(ids)-1]).Scan(ctx, &rows, &differing, &example)
			if differing > 0 {
				b.Errorf("city of series %d: %d rows of run and baseline differ, as\n%s", ids[0], differing, example)
			}
			total += rows
			return err
		})
	}
	if total != n.rows {
		b.Errorf("the runs hold %d achievements, the baseline %d", total, n.rows)
	}
}

// peakMemory is the most memory that this process ever had resident, in bytes.
func peakMemory(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kib, err := strconv.ParseInt(strings.Fields(after + " ?")[0], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib << 10
}
