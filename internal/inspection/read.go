package inspection

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// mayRead refuses those who do not see the whole city.
func mayRead(by *account.User) error {
	if !by.MaySeeCity() {
		return fault.New(fault.Forbidden, "Uji petik hanya untuk Inspektorat, Bagian Organisasi, pimpinan, dan admin.")
	}
	return nil
}

// samplesQuery reads samples with what was found so far.
const samplesQuery = `
	SELECT s.id, s.year, s.quarter, s.seed, r.percent::text, r.at_least, r.per_agency, s.drawn_at, s.drawn_by IS NULL AS by_job,
		count(*) AS population, count(m.place) AS size, count(x.correct) AS checked, count(*) FILTER (WHERE NOT x.correct) AS wrong
	FROM spot_samples s
	JOIN spot_rules r ON r.id = s.rule_id
	JOIN spot_members m ON m.sample_id = s.id
	LEFT JOIN LATERAL (SELECT correct FROM spot_results t WHERE t.member_id = m.id ORDER BY t.number DESC LIMIT 1) x ON m.place IS NOT NULL
	WHERE ?
	GROUP BY s.id, r.id ORDER BY s.year DESC, s.quarter DESC`

type sampleRow struct {
	ID                               int64
	Year, Quarter                    int
	Seed, Percent                    string
	AtLeast, PerAgency               int
	DrawnAt                          time.Time
	ByJob                            bool
	Population, Size, Checked, Wrong int
}

func (r sampleRow) sample() Sample {
	return Sample{
		ID: r.ID, Period: roadmap.Period{Year: r.Year, Quarter: r.Quarter}, Seed: r.Seed,
		Rule: Rule{r.Percent, r.AtLeast, r.PerAgency}, DrawnAt: r.DrawnAt, ByJob: r.ByJob,
		Population: r.Population, Size: r.Size, Checked: r.Checked, Wrong: r.Wrong,
	}
}

// Samples lists all samples, the newest first. It is for those who see the whole city.
func Samples(ctx context.Context, db bun.IDB, by *account.User) ([]Sample, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	var rows []sampleRow
	if err := db.NewRaw(samplesQuery, bun.SafeQuery("TRUE")).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list spot checks: %w", err)
	}
	samples := make([]Sample, len(rows))
	for i, r := range rows {
		samples[i] = r.sample()
	}
	return samples, nil
}

// find reads the sample of a quarter; NotFound when none was drawn.
func find(ctx context.Context, db bun.IDB, p roadmap.Period) (*Sample, error) {
	var row sampleRow
	err := db.NewRaw(samplesQuery, bun.SafeQuery("s.year = ? AND s.quarter = ?", p.Year, p.Quarter)).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return nil, fault.New(fault.NotFound, "Belum ada sampel uji petik untuk %s.", p)
	case err != nil:
		return nil, fmt.Errorf("read the spot check of %s: %w", p, err)
	}
	s := row.sample()
	return &s, nil
}

// Item is a value of the sample, with what was found.
type Item struct {
	MemberID int64
	Member
	AgencyName string
	Name       string       // of the indicator
	Unit       string       // of its values
	Decimals   int          // shown after the comma
	Kind       scoring.Kind // of its values
	// Of a fraction: what is counted, and out of what.
	NumeratorLabel, DenominatorLabel string
	Label                            string       // of a predicate, a milestone, yes or no: the value in words; else empty
	Value                            report.Value // of the revision that was verified
	Moved                            bool         // the report has been reopened or handed in anew since the sample was drawn
	Grade                            string       // evidence grade of the verification; empty: it came without
	Evidence                         []report.Evidence
	PublicIDs                        []string // of the evidence, in its order
	Results                          []Result // oldest first; the last one counts
}

// Newest is the result that counts; nil: not looked at yet.
func (i *Item) Newest() *Result {
	if len(i.Results) == 0 {
		return nil
	}
	return &i.Results[len(i.Results)-1]
}

// Result is what Inspektorat found.
type Result struct {
	Number  int // 1 is the first; later ones correct it
	Correct bool
	Note    string
	Reason  string // why the one before was wrong; empty for the first
	At      time.Time
	Name    string // of the inspector
}

// AgencyErrors is the share of wrong values of an agency, of all quarters.
type AgencyErrors struct {
	Agency, Name string
	Checked      int
	Wrong        int
}

// Load reads the sample of a quarter with its items in the order of their places. It is for
// those who see the whole city; NotFound when none was drawn.
func Load(ctx context.Context, db bun.IDB, by *account.User, p roadmap.Period) (*Sample, []Item, error) {
	if err := mayRead(by); err != nil {
		return nil, nil, err
	}
	s, err := find(ctx, db, p)
	if err != nil {
		return nil, nil, err
	}
	items, err := s.items(ctx, db)
	if err != nil {
		return nil, nil, fmt.Errorf("read the values of the spot check of %s: %w", p, err)
	}
	return s, items, nil
}

func (s *Sample) items(ctx context.Context, db bun.IDB) ([]Item, error) {
	var rows []struct {
		ID                int64
		Place, Revision   int
		Digest            string
		Agency, Indicator string
		AgencyName, Name  string
		Unit              string
		Decimals          int
		Kind              scoring.Kind
		NumeratorLabel    string
		DenominatorLabel  string
		Label             string
		Moved             bool
		Grade             string
		report.Value
	}
	err := db.NewRaw(`
		SELECT m.id, m.place, m.revision, m.digest, a.code AS agency, i.code AS indicator, a.name AS agency_name,
			f.name, f.unit, f.decimals, f.kind, f.numerator_label, f.denominator_label, r.revision <> m.revision OR r.status <> 'verified' AS moved, coalesce(e.evidence_grade, '') AS grade,
			coalesce(CASE f.kind
				WHEN 'predicate' THEN (SELECT st.label FROM scales sc JOIN scale_steps st ON st.scale_id = sc.id
					WHERE sc.code = f.scale_code AND st.ordinal = v.actual ORDER BY sc.version DESC LIMIT 1)
				WHEN 'milestone' THEN (SELECT st.name FROM indicator_steps st WHERE st.sheet_id = f.id AND st.percent = v.actual)
				WHEN 'yesno' THEN CASE v.actual WHEN 1 THEN 'ya' WHEN 0 THEN 'tidak' END END, '') AS label,
			v.actual, v.numerator, v.denominator, v.not_applicable, v.note
		FROM spot_members m
		JOIN reports r ON r.id = m.report_id
		JOIN report_revisions v ON v.report_id = m.report_id AND v.revision = m.revision
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN LATERAL (
			SELECT sh.* FROM indicator_sheets sh JOIN roadmap_versions rv ON rv.id = sh.version_id
			WHERE sh.indicator_id = i.id AND rv.first_year <= r.year ORDER BY rv.number DESC LIMIT 1) f ON true
		LEFT JOIN LATERAL (
			SELECT evidence_grade FROM report_events n
			WHERE n.report_id = m.report_id AND n.revision = m.revision AND n.kind = 'verified' ORDER BY n.id DESC LIMIT 1) e ON true
		WHERE m.sample_id = ? AND m.place IS NOT NULL ORDER BY m.place`, s.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	items, byID := make([]Item, len(rows)), make(map[int64]*Item, len(rows))
	for i, r := range rows {
		items[i] = Item{
			MemberID:   r.ID,
			Member:     Member{Candidate: Candidate{report.Key{Agency: r.Agency, Indicator: r.Indicator, Period: s.Period}, r.Revision}, Digest: r.Digest, Place: r.Place},
			AgencyName: r.AgencyName, Name: r.Name, Unit: r.Unit, Decimals: r.Decimals, Kind: r.Kind,
			NumeratorLabel: r.NumeratorLabel, DenominatorLabel: r.DenominatorLabel, Label: r.Label, Value: r.Value, Moved: r.Moved, Grade: r.Grade,
		}
		byID[r.ID] = &items[i]
	}
	if err := s.evidence(ctx, db, byID); err != nil {
		return nil, err
	}
	return items, s.results(ctx, db, byID)
}

func (s *Sample) evidence(ctx context.Context, db bun.IDB, items map[int64]*Item) error {
	var rows []struct {
		ID        int64
		PublicID  string
		Kind      string
		Title     string
		SHA256    string `bun:"sha256"`
		MediaType string
		SizeBytes int64
		URL       string `bun:"url"`
		IsPublic  bool
		AddedAt   time.Time
	}
	err := db.NewRaw(`
		SELECT m.id, e.public_id::text, e.kind, e.title, e.sha256, e.media_type, e.size_bytes, e.url, e.is_public, e.added_at
		FROM spot_members m
		JOIN report_revisions v ON v.report_id = m.report_id AND v.revision = m.revision
		JOIN evidence e ON e.revision_id = v.id
		WHERE m.sample_id = ? AND m.place IS NOT NULL ORDER BY e.id`, s.ID).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		i := items[r.ID]
		i.Evidence = append(i.Evidence, report.Evidence{
			Kind: r.Kind, Title: r.Title, SHA256: r.SHA256, MediaType: r.MediaType, Size: r.SizeBytes, URL: r.URL, Public: r.IsPublic, AddedAt: r.AddedAt,
		})
		i.PublicIDs = append(i.PublicIDs, r.PublicID)
	}
	return nil
}

func (s *Sample) results(ctx context.Context, db bun.IDB, items map[int64]*Item) error {
	var rows []struct {
		ID      int64
		Number  int
		Correct bool
		Note    string
		Reason  string
		At      time.Time
		Name    string
	}
	err := db.NewRaw(`
		SELECT m.id, t.number, t.correct, t.note, t.reason, t.at, u.name
		FROM spot_members m JOIN spot_results t ON t.member_id = m.id JOIN users u ON u.id = t.by_user
		WHERE m.sample_id = ? ORDER BY t.member_id, t.number`, s.ID).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		i := items[r.ID]
		i.Results = append(i.Results, Result{r.Number, r.Correct, r.Note, r.Reason, r.At, r.Name})
	}
	return nil
}

// Errors lists, for all quarters, the agencies of which a value was looked at, the largest
// share of wrong values first. It is for those who see the whole city.
func Errors(ctx context.Context, db bun.IDB, by *account.User) ([]AgencyErrors, error) {
	if err := mayRead(by); err != nil {
		return nil, err
	}
	var rows []AgencyErrors
	err := db.NewRaw(`
		SELECT a.code AS agency, a.name, count(*) AS checked, count(*) FILTER (WHERE NOT x.correct) AS wrong
		FROM spot_members m
		JOIN LATERAL (SELECT correct FROM spot_results t WHERE t.member_id = m.id ORDER BY t.number DESC LIMIT 1) x ON true
		JOIN reports r ON r.id = m.report_id
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		GROUP BY a.id ORDER BY count(*) FILTER (WHERE NOT x.correct)::numeric / count(*) DESC, count(*) DESC, a.name`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count what spot checks found: %w", err)
	}
	return rows, nil
}

// Members is the whole list that the sample of a quarter was drawn from, in the order of the
// digests, so that anybody can draw it again. It is for those who see the whole city.
func Members(ctx context.Context, db bun.IDB, by *account.User, p roadmap.Period) (*Sample, []Member, error) {
	if err := mayRead(by); err != nil {
		return nil, nil, err
	}
	s, err := find(ctx, db, p)
	if err != nil {
		return nil, nil, err
	}
	var rows []struct {
		Agency, Indicator, Digest string
		Revision, Place           int
	}
	err = db.NewRaw(`
		SELECT a.code AS agency, i.code AS indicator, m.digest, m.revision, coalesce(m.place, 0) AS place
		FROM spot_members m
		JOIN reports r ON r.id = m.report_id
		JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id
		JOIN indicators i ON i.id = ts.indicator_id
		WHERE m.sample_id = ? ORDER BY m.digest`, s.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("read the list of the spot check of %s: %w", p, err)
	}
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{Candidate{report.Key{Agency: r.Agency, Indicator: r.Indicator, Period: p}, r.Revision}, r.Digest, r.Place}
	}
	return s, members, nil
}
