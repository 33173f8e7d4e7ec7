package roadmap

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Target is one revision of the value that an agency promises for an indicator
// and a year: Value, or the range from Low to High. All three nil: withdrawn.
// Values are numbers: a predicate its ordinal, a milestone its percent, yes 1.
type Target struct {
	ID            int64 `bun:",pk,autoincrement"`
	SeriesID      int64
	Year          int
	Revision      int // from 1
	Value         *decimal.Decimal
	Low           *decimal.Decimal
	High          *decimal.Decimal
	Steps         []decimal.Decimal `bun:",array"` // one per due period, parts of a sum or levels of a last; nil: even
	Weight        decimal.Decimal   // share in the agency and year, 2 decimals, sums to 100
	Status        Status
	Clause        string // where in the annex it stands
	Reason        string // of an amendment
	LegalBasis    string
	RecordedAt    time.Time
	AgencyCode    string `bun:",scanonly"`
	IndicatorCode string `bun:",scanonly"`
}

// Withdrawn reports whether this revision takes the promise back.
func (t *Target) Withdrawn() bool { return t.Value == nil && t.Low == nil }

// Series is one indicator in one agency: what its targets and reports belong to.
type Series struct {
	bun.BaseModel `bun:"table:target_series"`
	ID            int64 `bun:",pk,autoincrement"`
	AgencyID      int64
	IndicatorID   int64
	AgencyCode    string `bun:",scanonly"`
	IndicatorCode string `bun:",scanonly"`
}

// SeriesOf returns all target series by agency and indicator.
func SeriesOf(ctx context.Context, db bun.IDB) ([]Series, error) {
	var series []Series
	err := db.NewSelect().Model(&series).
		ColumnExpr("series.*, a.code AS agency_code, i.code AS indicator_code").
		Join("JOIN agencies AS a ON a.id = series.agency_id").
		Join("JOIN indicators AS i ON i.id = series.indicator_id").
		OrderExpr(`a.code COLLATE "C", i.code COLLATE "C"`).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read target series: %w", err)
	}
	return series, nil
}

// Targets returns all revisions of all targets known at the moment asOf, by
// agency, indicator, year and revision, so that the last of a year is in force.
func Targets(ctx context.Context, db bun.IDB, asOf time.Time) ([]Target, error) {
	return selectTargets(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("target.recorded_at <= ?", asOf) })
}

// TargetsOf returns all revisions of the targets of one agency and year, in the order of Targets.
func TargetsOf(ctx context.Context, db bun.IDB, agency string, year int) ([]Target, error) {
	return selectTargets(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("a.code = ? AND target.year = ?", agency, year)
	})
}

// TargetsByID returns revisions by their ids.
func TargetsByID(ctx context.Context, db bun.IDB, ids []int64) (map[int64]*Target, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := selectTargets(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("target.id IN (?)", bun.List(ids)) })
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*Target, len(found))
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	return byID, nil
}

func selectTargets(ctx context.Context, db bun.IDB, which func(*bun.SelectQuery) *bun.SelectQuery) ([]Target, error) {
	var targets []Target
	err := db.NewSelect().Model(&targets).
		ColumnExpr("target.*, a.code AS agency_code, i.code AS indicator_code").
		Join("JOIN target_series AS s ON s.id = target.series_id").
		Join("JOIN agencies AS a ON a.id = s.agency_id").
		Join("JOIN indicators AS i ON i.id = s.indicator_id").
		Apply(which).
		OrderExpr(`a.code COLLATE "C", i.code COLLATE "C", target.year, target.revision`).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	for i := range targets {
		targets[i].Trim()
	}
	return targets, nil
}

// Trim takes the zeros away that the column's scale adds.
func (t *Target) Trim() {
	for _, d := range []*decimal.Decimal{t.Value, t.Low, t.High} {
		if d != nil {
			*d = d.Trim(0)
		}
	}
	for i := range t.Steps {
		t.Steps[i] = t.Steps[i].Trim(0)
	}
}

// AddTargets records revisions, whose series are given by AgencyCode and
// IndicatorCode, and the series that are new. Revisions are never changed.
func AddTargets(ctx context.Context, db bun.IDB, targets []Target) error {
	agencies, indicators := make([]string, len(targets)), make([]string, len(targets))
	for i, t := range targets {
		agencies[i], indicators[i] = t.AgencyCode, t.IndicatorCode
	}
	_, err := db.NewRaw(`
		INSERT INTO target_series (agency_id, indicator_id)
		SELECT DISTINCT a.id, i.id
		FROM unnest(?::text[], ?::text[]) AS t (agency, indicator)
		JOIN agencies AS a ON a.code = t.agency
		JOIN indicators AS i ON i.code = t.indicator
		ORDER BY a.id, i.id
		ON CONFLICT (agency_id, indicator_id) DO NOTHING`,
		pgdialect.Array(agencies), pgdialect.Array(indicators)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("add target series: %w", err)
	}
	series, err := SeriesOf(ctx, db)
	if err != nil {
		return err
	}
	type key struct{ agency, indicator string }
	ids := make(map[key]int64, len(series))
	for _, s := range series {
		ids[key{s.AgencyCode, s.IndicatorCode}] = s.ID
	}
	for i := range targets {
		targets[i].SeriesID = ids[key{targets[i].AgencyCode, targets[i].IndicatorCode}]
	}
	if _, err := db.NewInsert().Model(&targets).Returning("NULL").Exec(ctx); err != nil {
		return fmt.Errorf("add targets: %w", err)
	}
	return nil
}

// RelativeWeight is the weight of one indicator in an agency, in any measure.
type RelativeWeight struct {
	Indicator string          // code; settles ties
	Weight    decimal.Decimal // above 0, up to 4 decimals
}

// NormalizeWeights brings the weights of one agency and year to shares of
// exactly 100.00 with 2 decimals, by largest remainder with ties in the order of
// the codes. The shares stand in the order of the weights, on which they do not
// depend otherwise. Without weights there are no shares.
func NormalizeWeights(weights []RelativeWeight) []decimal.Decimal {
	const whole = 10_000 // hundredths of 100.00
	total := new(big.Int)
	parts := make([]*big.Int, len(weights))
	for i, w := range weights {
		parts[i] = new(big.Int).SetUint64(w.Weight.Rescale(4).Coef())
		total.Add(total, parts[i])
	}
	shares := make([]int64, len(weights))
	remainders := make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	left := int64(whole)
	for i, p := range parts {
		share, remainder := new(big.Int).QuoRem(p.Mul(p, big.NewInt(whole)), total, new(big.Int))
		shares[i], remainders[i], order[i] = share.Int64(), remainder, i
		left -= shares[i]
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(remainders[b].Cmp(remainders[a]), cmp.Compare(weights[a].Indicator, weights[b].Indicator))
	})
	result := make([]decimal.Decimal, len(weights))
	for n, i := range order {
		if int64(n) < left {
			shares[i]++
		}
		result[i] = decimal.MustNew(shares[i], 2)
	}
	return result
}
