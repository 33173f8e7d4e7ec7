package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/indonesian"
	"petajalan/internal/scoring"
)

// FeedValue is a figure that another system delivered.
type FeedValue struct {
	Key
	Source string // as the reader knows the system: "SIAK"
	Value  Value  // a figure or a fraction; texts play no part
	SHA256 string // of the file it came in, 64 hexadecimal digits
	// Reference is how the other system names what it delivered, at most 200 characters;
	// empty: it does not.
	Reference string
}

// AddFeedValues keeps figures of another system; the newest of a series and period is offered
// to the operator, and is evidence enough unless somebody set a rule that says otherwise.
// Nothing is handed in by it. by is nil where the program itself delivers.
// Invalid, with the first mistake, where a key has no series or the indicator cannot have the
// value; then nothing is kept.
func AddFeedValues(ctx context.Context, tx bun.IDB, by *account.User, values []FeedValue, now time.Time) error {
	if len(values) == 0 {
		return nil
	}
	all, err := sheets(ctx, tx)
	if err != nil {
		return err
	}
	series := map[[2]string][]sheet{}
	for _, s := range all {
		key := [2]string{s.Agency, s.Indicator}
		series[key] = append(series[key], s)
	}
	type row struct {
		SeriesID    int64            `json:"series_id"`
		Year        int              `json:"year"`
		Quarter     int              `json:"quarter"`
		Source      string           `json:"source"`
		Actual      *decimal.Decimal `json:"actual"`
		Numerator   *decimal.Decimal `json:"numerator"`
		Denominator *decimal.Decimal `json:"denominator"`
		SHA256      string           `json:"sha256"`
		Reference   string           `json:"reference"`
	}
	rows := make([]row, len(values))
	for i, v := range values {
		s := inForce(series[[2]string{v.Agency, v.Indicator}], v.Period.Year)
		switch {
		case s == nil:
			return fault.New(fault.Invalid, "%s tidak punya indikator %s pada tahun %d.", v.Agency, v.Indicator, v.Period.Year)
		case v.Value.NotApplicable:
			return fault.New(fault.Invalid, "%s, %s: sumber otomatis harus memberi angka.", v.Agency, v.Indicator)
		}
		if _, text := s.wrong(v.Value); text != "" {
			return fault.New(fault.Invalid, "%s, %s, %s: %s", v.Agency, v.Indicator, v.Period, text)
		}
		rows[i] = row{s.SeriesID, v.Period.Year, v.Period.Quarter, v.Source, v.Value.Actual, v.Value.Numerator, v.Value.Denominator, v.SHA256, v.Reference}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write figures of a feed: %w", err)
	}
	var importer *int64
	if by != nil {
		importer = &by.ID
	}
	_, err = tx.NewRaw(`
		INSERT INTO feed_values (series_id, year, quarter, source, actual, numerator, denominator, sha256, reference, imported_at, imported_by)
		SELECT series_id, year, quarter, source, actual, numerator, denominator, sha256, reference, ?, ?
		FROM jsonb_to_recordset(?::jsonb) AS d (series_id bigint, year int, quarter int, source text, actual numeric, numerator numeric, denominator numeric, sha256 text, reference text)`,
		now, importer, string(list)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep figures of a feed: %w", err)
	}
	// A rule that nobody set was guessed from the words of the sheet, which may name no system.
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].SeriesID
	}
	_, err = tx.NewRaw(`
		UPDATE evidence_rules SET kinds = array_append(kinds, ?::text) WHERE changed_by IS NULL AND NOT ?::text = ANY (kinds)
		AND indicator_id IN (SELECT indicator_id FROM target_series WHERE id = ANY (?))`,
		EvidenceFeed, EvidenceFeed, pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("let feeds be evidence: %w", err)
	}
	return nil
}

// feed is a figure from elsewhere for the period, with where it is from.
type feed struct {
	value  Value
	source string
	at     time.Time
	sha256 string
}

// Indicators whose figures the program itself knows, by their codes: from the counts of the
// agency's services, or from its satisfaction survey. An indicator of another code is typed.
const (
	indicatorOnTime      = "TEPAT-WAKTU"
	indicatorUncorrected = "TANPA-KOREKSI"
	indicatorSurvey      = "IKM"
)

// loadFeeds reads what is known from elsewhere for the rows that can still be edited.
func (l *loader) loadFeeds(ctx context.Context) error {
	editable := func(r *WorksheetRow) bool { return r.Status == Draft || r.Status == Returned }
	var series, agencies []int64
	for i := range l.rows {
		if r := &l.rows[i]; l.prefill && editable(r) {
			series = append(series, r.SeriesID)
			switch r.Indicator {
			case indicatorOnTime, indicatorUncorrected, indicatorSurvey:
				agencies = append(agencies, r.facts.AgencyID)
			}
		}
	}
	if len(series) == 0 {
		return nil
	}
	var rows []struct {
		SeriesID                       int64
		Source                         string
		Actual, Numerator, Denominator *decimal.Decimal
		ImportedAt                     time.Time
		SHA256                         string
	}
	err := l.db.NewRaw(`
		SELECT DISTINCT ON (series_id) series_id, source, actual, numerator, denominator, imported_at, sha256 FROM feed_values
		WHERE series_id = ANY (?) AND year = ? AND quarter = ? ORDER BY series_id, id DESC`,
		pgdialect.Array(series), l.period.Year, l.period.Quarter).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, f := range rows {
		v := trimmed(Value{Actual: f.Actual, Numerator: f.Numerator, Denominator: f.Denominator})
		l.bySeries[f.SeriesID].facts.feed = &feed{v, f.Source, f.ImportedAt, f.SHA256}
	}
	if len(agencies) == 0 {
		return nil
	}
	if err := l.loadServices(ctx, agencies); err != nil {
		return err
	}
	return l.loadSurveys(ctx, agencies)
}

// loadServices adds up what was measured of the services of the agencies and of the units that
// report through them.
func (l *loader) loadServices(ctx context.Context, agencies []int64) error {
	var rows []struct {
		AgencyID                  int64
		Done, OnTime, Uncorrected int64
		At                        time.Time
	}
	err := l.db.NewRaw(`
		WITH RECURSIVE up AS (
			SELECT id AS unit, id, parent_id, reports FROM agencies
			UNION ALL
			SELECT up.unit, a.id, a.parent_id, a.reports FROM up JOIN agencies a ON a.id = up.parent_id WHERE NOT up.reports
		)
		SELECT up.id AS agency_id, sum(r.done) AS done, sum(r.on_time) AS on_time, sum(r.uncorrected) AS uncorrected, max(r.recorded_at) AS at
		FROM (SELECT DISTINCT ON (service_id, agency_id) agency_id, done, on_time, uncorrected, recorded_at FROM service_results
			WHERE year = ? AND quarter = ? AND recorded_at <= ? ORDER BY service_id, agency_id, revision DESC) r
		JOIN up ON up.unit = r.agency_id AND up.reports
		WHERE up.id = ANY (?)
		GROUP BY up.id`, l.period.Year, l.period.Quarter, l.now, pgdialect.Array(agencies)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, s := range rows {
		for i := range l.rows {
			r := &l.rows[i]
			if r.facts.AgencyID != s.AgencyID || r.facts.feed != nil {
				continue
			}
			part := s.OnTime
			switch r.Indicator {
			case indicatorOnTime:
			case indicatorUncorrected:
				part = s.Uncorrected
			default:
				continue
			}
			n, d := decimal.MustNew(part, 0), decimal.MustNew(s.Done, 0)
			r.facts.feed = l.known(Value{Numerator: &n, Denominator: &d}, "register layanan", s.At, r)
		}
	}
	return nil
}

// loadSurveys computes the index of the newest survey of the half-year.
func (l *loader) loadSurveys(ctx context.Context, agencies []int64) error {
	if l.period.Quarter%2 != 0 {
		return nil
	}
	var rows []struct {
		AgencyID int64
		Sums     []int `bun:",array"`
		Answers  []int `bun:",array"`
		At       time.Time
	}
	err := l.db.NewRaw(`
		SELECT DISTINCT ON (agency_id) agency_id, sums, answers, recorded_at AS at FROM satisfaction_results
		WHERE year = ? AND half = ? AND recorded_at <= ? AND agency_id = ANY (?) ORDER BY agency_id, revision DESC`,
		l.period.Year, l.period.Quarter/2, l.now, pgdialect.Array(agencies)).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, s := range rows {
		ikm, err := scoring.IKM([9]int(s.Sums), [9]int(s.Answers))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(l.rows, func(r WorksheetRow) bool { return r.facts.AgencyID == s.AgencyID && r.Indicator == indicatorSurvey })
		if at < 0 || l.rows[at].facts.feed != nil {
			continue
		}
		r := &l.rows[at]
		n, err := decimal.Parse(ikm.Text(r.Decimals))
		if err != nil {
			return err
		}
		n = n.Trim(0)
		r.facts.feed = l.known(Value{Actual: &n}, "survei kepuasan (SKM)", s.At, r)
	}
	return nil
}

// known is a figure that the program itself knows; its hash is that of the figures.
func (l *loader) known(v Value, source string, at time.Time, r *WorksheetRow) *feed {
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s\n%s\n%s", r.Key, source, figureText(v))))
	return &feed{v, source, at, hex.EncodeToString(sum[:])}
}

// figureText is the figures of a value in one line, for hashes.
func figureText(v Value) string {
	text := func(d *decimal.Decimal) string {
		if d == nil {
			return "-"
		}
		return d.Trim(0).String()
	}
	return text(v.Actual) + " " + text(v.Numerator) + " " + text(v.Denominator)
}

// offer gives the row its prefill: a figure from elsewhere, else the last one of what seldom
// changes.
func (l *loader) offer(r *WorksheetRow) {
	if f := r.facts.feed; f != nil {
		r.Prefill = &Prefill{Value: f.value, From: fmt.Sprintf("%s, %s", f.source, indonesian.Day(f.at.In(r.facts.zone))), Automatic: true}
		return
	}
	last := r.facts.last
	if last == nil || r.Consolidation != scoring.Last {
		return
	}
	v := Value{Actual: last.Value.Actual, Numerator: last.Value.Numerator, Denominator: last.Value.Denominator}
	r.Prefill = &Prefill{Value: v, From: r.before()}
}

// evidence is the feed as evidence of the value that was taken from it.
func (f *feed) evidence(k Key) DraftEvidence {
	return DraftEvidence{Kind: EvidenceFeed, Title: "Data " + f.source + ", " + k.Period.String(), SHA256: f.sha256, MediaType: "text/csv", AddedAt: f.at}
}

// evidenceRule is what an indicator asks for.
type evidenceRule struct {
	required bool
	kinds    []string // of EvidenceFile and so on, and kindStatement
}

// kindStatement is a signed statement, in rules of evidence.
const kindStatement = "pernyataan"

// unmet says what is missing of the evidence; empty: nothing.
func (e evidenceRule) unmet(evidence []DraftEvidence) string {
	if !e.required {
		return ""
	}
	for _, d := range evidence {
		kind := d.Kind
		if d.Statement {
			kind = kindStatement
		}
		if slices.Contains(e.kinds, kind) {
			return ""
		}
	}
	words := map[string]string{EvidenceFile: "berkas", EvidenceLink: "tautan", EvidenceFeed: "data dari sistem", kindStatement: "surat pernyataan"}
	var asked []string
	for _, kind := range e.kinds {
		if kind != EvidenceFeed {
			asked = append(asked, words[kind])
		}
	}
	return "Lampirkan bukti dukung: " + joinOr(asked) + "."
}

// joinOr lists words: "berkas, tautan, atau surat pernyataan".
func joinOr(words []string) string {
	switch len(words) {
	case 0:
		return "data dari sistem"
	case 1:
		return words[0]
	case 2:
		return words[0] + " atau " + words[1]
	}
	out := ""
	for _, w := range words[:len(words)-1] {
		out += w + ", "
	}
	return out + "atau " + words[len(words)-1]
}
