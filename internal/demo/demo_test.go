package demo_test

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scorecard"
	"petajalan/seeds"
)

var wib = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		panic(err)
	}
	return zone
}()

// fill makes a demo without its publications.
func fill(t *testing.T) *postgrestest.Database {
	t.Helper()
	d := postgrestest.NewDatabase(t)
	if err := demo.Mark(t.Context(), d.Owner); err != nil {
		t.Fatal(err)
	}
	if _, err := seeds.Load(t.Context(), d.Owner, seeds.Files(), demo.PlanKnown(wib)); err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), d.Owner, wib); err != nil {
		t.Fatal(err)
	}
	return d
}

func publish(t *testing.T, d *postgrestest.Database) []int {
	t.Helper()
	var numbers []int
	if err := demo.Publish(t.Context(), d.Web, wib, func(n, _ int) { numbers = append(numbers, n) }); err != nil {
		t.Fatal(err)
	}
	return numbers
}

func texts(t *testing.T, db *bun.DB, query string) []string {
	t.Helper()
	var rows []string
	if err := db.NewRaw(query).Scan(t.Context(), &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func text(t *testing.T, db *bun.DB, query string) string {
	t.Helper()
	return strings.Join(texts(t, db, query), "\n")
}

// invented is everything a demo invents, by codes, so that two can be compared.
var invented = []string{
	`SELECT concat_ws(' ', a.code, i.code, r.year, r.quarter, r.status, v.revision, v.actual, v.numerator, v.denominator, v.not_applicable, v.note, v.handed_in_at)
		FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		LEFT JOIN report_revisions v ON v.report_id = r.id ORDER BY a.code, i.code, r.year, r.quarter, v.revision`,
	`SELECT concat_ws(' ', a.code, i.code, r.year, r.quarter, e.kind, e.revision, e.at, e.by_role, u.login, e.reason, e.evidence_grade)
		FROM report_events e JOIN reports r ON r.id = e.report_id JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id
		JOIN indicators i ON i.id = s.indicator_id LEFT JOIN users u ON u.id = e.by_user ORDER BY a.code, i.code, r.year, r.quarter, e.id`,
	`SELECT concat_ws(' ', a.code, i.code, r.year, r.quarter, e.kind, e.title, e.sha256, e.size_bytes, e.added_at)
		FROM evidence e JOIN report_revisions v ON v.id = e.revision_id JOIN reports r ON r.id = v.report_id JOIN target_series s ON s.id = r.series_id
		JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id ORDER BY a.code, i.code, r.year, r.quarter, v.revision, e.title`,
	`SELECT concat_ws(' ', s.code, a.code, r.year, r.quarter, received, done, on_time, uncorrected, digital, ikm, respondents, recorded_at)
		FROM service_results r JOIN services s ON s.id = r.service_id JOIN agencies a ON a.id = r.agency_id ORDER BY s.code, a.code, r.year, r.quarter`,
	`SELECT concat_ws(' ', a.code, r.year, half, r.source, population, respondents, sums::text, answers::text, published_ikm, recorded_at)
		FROM satisfaction_results r JOIN agencies a ON a.id = r.agency_id ORDER BY a.code, r.year, half`,
	`SELECT concat_ws(' ', year, quarter, opens_at, due_at, closes_at, publish_by, opened_at, closed_at) FROM periods ORDER BY year, quarter`,
}

func TestTwoDemosAreTheSame(t *testing.T) {
	t.Parallel()
	one, two := fill(t), fill(t)
	for _, query := range invented {
		a, b := texts(t, one.Owner, query), texts(t, two.Owner, query)
		if len(a) == 0 {
			t.Errorf("nothing was invented for\n%s", query)
		}
		if x, y := sha256.Sum256([]byte(strings.Join(a, "\n"))), sha256.Sum256([]byte(strings.Join(b, "\n"))); x != y {
			t.Errorf("two demos differ in\n%s", query)
		}
	}
}

func TestDemoTellsTheStoryOfACity(t *testing.T) {
	t.Parallel()
	d := fill(t)
	db := d.Owner

	t.Run("FillingAgainChangesNothing", func(t *testing.T) {
		before := text(t, db, `SELECT count(*) || ' ' || (SELECT count(*) FROM report_events) || ' ' || (SELECT count(*) FROM users) FROM reports`)
		if err := demo.Fill(t.Context(), db, wib); err != nil {
			t.Fatal(err)
		}
		after := text(t, db, `SELECT count(*) || ' ' || (SELECT count(*) FROM report_events) || ' ' || (SELECT count(*) FROM users) FROM reports`)
		if before != after {
			t.Errorf("reports, events, users: %s before, %s after", before, after)
		}
	})

	for _, tt := range []struct{ name, query, want string }{
		{"OneTargetIsAmended", `SELECT a.code || ' ' || i.code || ' ' || t.year || ' ' || (t.reason <> '' AND t.legal_basis <> '') FROM targets t
			JOIN target_series s ON s.id = t.series_id JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id WHERE revision > 1`, "dprkp RTLH 2026 true"},
		{"OneExceptionIsAccepted", `SELECT count(*)::text FROM exceptions`, "1"},
		{"NumeratorsStayBelowDenominators", `SELECT count(*)::text FROM report_revisions WHERE numerator > denominator`, "0"},
		{"KlampokIsSilentInTheNewestQuarter", `SELECT count(*)::text FROM reports r JOIN target_series s ON s.id = r.series_id JOIN agencies a ON a.id = s.agency_id
			JOIN areas ON areas.code = a.area_code WHERE areas.slug = 'klampok' AND r.year = 2026 AND r.quarter = 3`, "0"},
		{"ReportsOnServicesAreTheirSums", `SELECT count(*)::text FROM report_revisions v JOIN reports r ON r.id = v.report_id JOIN target_series s ON s.id = r.series_id
			JOIN indicators i ON i.id = s.indicator_id JOIN agencies a ON a.id = s.agency_id
			WHERE i.code = 'TEPAT-WAKTU' AND a.kind = 'kelurahan' AND v.denominator <> (SELECT sum(done) FROM service_results x
				WHERE x.agency_id = a.id AND x.year = r.year AND x.quarter = r.quarter)`, "0"},
		{"EveryOfferingIsMeasuredEveryQuarterButByTheSilent", `SELECT count(*) || ' ' || bool_and(areas.slug = 'klampok' AND p.year = 2026 AND p.quarter = 3)
			FROM offerings o CROSS JOIN periods p JOIN agencies a ON a.id = o.agency_id LEFT JOIN areas ON areas.code = a.area_code
			WHERE p.opened_at IS NOT NULL AND NOT EXISTS (SELECT FROM service_results r
				WHERE r.service_id = o.service_id AND r.agency_id = o.agency_id AND r.year = p.year AND r.quarter = p.quarter)`,
			text(t, db, `SELECT count(*) || ' true' FROM offerings o JOIN agencies a ON a.id = o.agency_id JOIN areas ON areas.code = a.area_code WHERE slug = 'klampok'`)},
		{"NoQuestionPleasesEverybody", `SELECT count(*)::text FROM satisfaction_results, unnest(sums) x WHERE x > 3.9 * respondents`, "0"},
		{"NoServicePleasesEverybody", `SELECT count(*)::text FROM service_results WHERE ikm > 97`, "0"},
		{"QuestionsOfASurveyDiffer", `SELECT count(*)::text FROM satisfaction_results
			WHERE 25 * ((SELECT max(x) FROM unnest(sums) x) - (SELECT min(x) FROM unnest(sums) x)) < 4 * respondents`, "0"},
		{"MostSurveysAreOrdinary", `SELECT (count(*) FILTER (WHERE ikm BETWEEN 72 AND 93) > 0.9 * count(*))::text
			FROM (SELECT (SELECT sum(x) FROM unnest(sums) x) * 25.0 / 9 / respondents AS ikm FROM satisfaction_results) s`, "true"},
		{"MannersPleaseMostAndComplaintsLeast", `SELECT (count(*) FILTER (WHERE sums[7] = (SELECT max(x) FROM unnest(sums) x)
				AND sums[8] = (SELECT min(x) FROM unnest(sums) x)) > 0.5 * count(*))::text FROM satisfaction_results`, "true"},
		{"SevenPeriodsOpenedAndClosedOnTime", `SELECT count(*) FILTER (WHERE opened_at = opens_at AND closed_at = closes_at) || ' of ' || count(opened_at) FROM periods`, "7 of 7"},
		{"OneVerifiedValueIsCorrected", `SELECT count(DISTINCT report_id)::text FROM report_events WHERE kind = 'reopened'`, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(t, db, tt.query); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}

	t.Run("SomethingOfEverything", func(t *testing.T) {
		for name, query := range map[string]string{
			"draft reports":                `SELECT 'x' FROM reports WHERE status = 'draft' LIMIT 1`,
			"reports handed in":            `SELECT 'x' FROM reports WHERE status = 'submitted' LIMIT 1`,
			"reports approved":             `SELECT 'x' FROM reports WHERE status = 'approved' LIMIT 1`,
			"reports returned":             `SELECT 'x' FROM reports WHERE status = 'returned' LIMIT 1`,
			"late reports":                 `SELECT 'x' FROM report_events e JOIN reports r ON r.id = e.report_id JOIN periods p USING (year, quarter) WHERE e.kind = 'submitted' AND e.at >= p.due_at AND e.at < p.closes_at LIMIT 1`,
			"surveys below the sample":     `SELECT 'x' FROM satisfaction_results WHERE respondents + 1 < 3.841 * population * 0.25 / (0.0025 * (population - 1) + 3.841 * 0.25) LIMIT 1`,
			"values that do not apply":     `SELECT 'x' FROM report_revisions WHERE not_applicable LIMIT 1`,
			"notes of agencies":            `SELECT 'x' FROM report_revisions WHERE note <> '' AND NOT not_applicable LIMIT 1`,
			"every grade but none":         `SELECT 'x' FROM report_events HAVING count(DISTINCT evidence_grade) = 4`,
			"people behind some reports":   `SELECT 'x' FROM report_events WHERE by_user IS NOT NULL AND by_role = 'kepala' LIMIT 1`,
			"services nobody was asked of": `SELECT 'x' FROM service_results WHERE ikm IS NULL LIMIT 1`,
		} {
			if text(t, db, query) != "x" {
				t.Errorf("there are no %s", name)
			}
		}
	})

	t.Run("EveryRoleMaySignIn", func(t *testing.T) {
		hasher := account.NewHasher()
		roles := map[account.Role]bool{}
		for _, p := range demo.People() {
			roles[p.Role] = true
			_, err := account.SignIn(t.Context(), d.Web, hasher, account.Credentials{Login: p.Login, Password: demo.Password, From: account.From{Addr: netip.MustParseAddr("127.0.0.1")}}, time.Date(2026, 11, 20, 9, 0, 0, 0, wib))
			if err != nil {
				t.Errorf("%s cannot sign in: %v", p.Login, err)
			}
		}
		for _, r := range account.Roles {
			if !roles[r] {
				t.Errorf("nobody has the role %s", r)
			}
		}
	})

	t.Run("EightPublications", func(t *testing.T) {
		testPublications(t, d)
	})
}

func testPublications(t *testing.T, d *postgrestest.Database) {
	db := d.Owner
	if got, want := publish(t, d), []int{1, 2, 3, 4, 5, 6, 7, 8}; !slices.Equal(got, want) {
		t.Fatalf("published %v, want %v", got, want)
	}
	if again := publish(t, d); again != nil {
		t.Errorf("published %v again", again)
	}
	if n, err := scorecard.Rehash(t.Context(), d.Web); n != 8 || err != nil {
		t.Errorf("Rehash: %d, %v", n, err)
	}
	periods := text(t, db, `SELECT string_agg(year || '-TW' || quarter, ' ' ORDER BY number) FROM publications`)
	if want := "2025-TW1 2025-TW2 2025-TW3 2025-TW4 2026-TW1 2026-TW2 2026-TW3 2026-TW3"; periods != want {
		t.Errorf("published %s, want %s", periods, want)
	}
	t.Run("TheCityIsBelievable", func(t *testing.T) {
		var rows []struct {
			Number          int
			Score, Coverage float64
		}
		err := db.NewRaw(`SELECT p.number, s.score, s.coverage FROM publications p, run_scores(p.run_id) s
			WHERE s.level = 'city' AND s.year = p.year AND s.quarter = p.quarter ORDER BY p.number`).Scan(t.Context(), &rows)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.Score < 70 || r.Score > 85 || r.Coverage < 0.9 {
				t.Errorf("publication %d: city %.2f, coverage %.4f", r.Number, r.Score, r.Coverage)
			}
		}
		if first, last := rows[0].Score, rows[len(rows)-1].Score; last < first+5 {
			t.Errorf("the city went from %.2f to %.2f", first, last)
		}
	})
	t.Run("TheSilentKelurahanHasNoSureBand", func(t *testing.T) {
		got := text(t, db, `SELECT (s.rating IS NULL AND s.coverage < 0.5)::text FROM publications p, run_scores(p.run_id) s JOIN areas a ON a.code = s.code
			WHERE p.number = 8 AND a.slug = 'klampok' AND s.year = 2026 AND s.quarter = 3`)
		if got != "true" {
			t.Errorf("rating empty and coverage below a half: %q", got)
		}
	})
	t.Run("TheCorrectionShowsAsADifference", func(t *testing.T) {
		changed := texts(t, db, `SELECT DISTINCT concat_ws(' ', ag.code, i.code, a.year, a.quarter)
			FROM publications p7, publications p8, run_achievements(p7.run_id) a, run_achievements(p8.run_id) b, target_series s, agencies ag, indicators i
			WHERE p7.number = 7 AND p8.number = 8 AND a.series_id = b.series_id AND a.year = b.year AND a.quarter = b.quarter
				AND s.id = a.series_id AND ag.id = s.agency_id AND i.id = s.indicator_id AND a.raw IS DISTINCT FROM b.raw ORDER BY 1`)
		want := []string{"dispendukcapil DUK-KTP 2026 2", "dispendukcapil DUK-KTP 2026 3"}
		if !slices.Equal(changed, want) {
			t.Errorf("the correction changed %v, want %v", changed, want)
		}
	})
	t.Run("TheAmendedTargetHasTwoScores", func(t *testing.T) {
		achieved := texts(t, db, `SELECT concat_ws(' ', a.quarter, a.target, a.first_target, a.scored < a.first_scored, a.scored > a.first_scored)
			FROM publications p, run_achievements(p.run_id) a, target_series s, indicators i
			WHERE p.number = 8 AND a.year = 2026 AND s.id = a.series_id AND i.id = s.indicator_id AND i.code = 'RTLH' ORDER BY a.quarter`)
		if want := []string{"1 24 30 f t", "2 48 60 f t", "3 72 90 f t"}; !slices.Equal(achieved, want) {
			t.Errorf("achieved %q, want %q", achieved, want)
		}
		for _, level := range []string{"agency", "objective", "goal", "city"} {
			n := text(t, db, `SELECT count(DISTINCT s.quarter)::text FROM publications p, run_scores(p.run_id) s
				WHERE p.number = 8 AND s.year = 2026 AND s.score > s.first_score AND s.level = '`+level+`'`)
			if n != "3" {
				t.Errorf("%s: the two scores differ in %s quarters, want 3", level, n)
			}
		}
	})
	t.Run("TheCorrectionLowersScores", func(t *testing.T) {
		for _, level := range []string{"agency", "objective", "goal", "city"} {
			lower := texts(t, db, `SELECT concat_ws(' ', a.code, b.score < a.score) FROM publications p7, publications p8, run_scores(p7.run_id) a, run_scores(p8.run_id) b
				WHERE p7.number = 7 AND p8.number = 8 AND a.level = b.level AND a.code = b.code AND a.year = b.year AND a.quarter = b.quarter
					AND a.year = 2026 AND a.quarter = 3 AND a.score IS DISTINCT FROM b.score AND a.level = '`+level+`'`)
			if len(lower) != 1 || !strings.HasSuffix(lower[0], " t") {
				t.Errorf("%s: scores that changed and are lower: %q, want one", level, lower)
			}
		}
	})
	t.Run("StatesOfTheNewestQuarter", func(t *testing.T) {
		for _, state := range []string{"dinilai", "menunggu_verifikasi", "terlambat", "tidak_berlaku"} {
			if text(t, db, fmt.Sprintf(`SELECT 'x' FROM publications p, run_achievements(p.run_id) a
				WHERE p.number = 8 AND a.year = 2026 AND a.quarter = 3 AND a.state = '%s' LIMIT 1`, state)) != "x" {
				t.Errorf("nothing is %s", state)
			}
		}
	})
}
