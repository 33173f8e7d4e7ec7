package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"petajalan/internal/fault"
	"petajalan/internal/scoring"
)

// sheet is what a report must know of its series: whose it is, and which form its
// values have in the version of the plan that holds in the year.
type sheet struct {
	SeriesID   int64
	AgencyID   int64
	Agency     string
	Parent     string // code of the agency above, or empty
	Indicator  string
	FirstYear  int
	Kind       scoring.Kind
	Frequency  scoring.Frequency
	Decimals   int
	Percents   []string `bun:",array"` // steps of a milestone
	MaxOrdinal int      // highest grade of a predicate's scale
	Name       string   // of the indicator
	AgencyName string   // short
}

// sheets reads the sheets of all series; of a series the newest version of the plan comes
// last.
func sheets(ctx context.Context, db bun.IDB) ([]sheet, error) {
	return readSheets(ctx, db, bun.SafeQuery("TRUE"))
}

// sheetsOf reads the sheets of the series of the keys, by agency and indicator; the newest
// version of the plan comes last.
func sheetsOf(ctx context.Context, db bun.IDB, keys []Key) (map[[2]string][]sheet, error) {
	agencies, indicators := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		agencies[i], indicators[i] = k.Agency, k.Indicator
	}
	rows, err := readSheets(ctx, db, bun.SafeQuery("(a.code, i.code) IN (SELECT * FROM unnest(?::text[], ?::text[]))",
		pgdialect.Array(agencies), pgdialect.Array(indicators)))
	if err != nil {
		return nil, err
	}
	series := make(map[[2]string][]sheet, len(rows))
	for _, s := range rows {
		key := [2]string{s.Agency, s.Indicator}
		series[key] = append(series[key], s)
	}
	return series, nil
}

func readSheets(ctx context.Context, db bun.IDB, where schema.QueryWithArgs) ([]sheet, error) {
	var rows []sheet
	err := db.NewRaw(`
		SELECT ts.id AS series_id, a.id AS agency_id, a.code AS agency, coalesce(up.code, '') AS parent, a.short_name AS agency_name,
			i.code AS indicator, s.name, v.first_year, s.kind, s.frequency, s.decimals,
			ARRAY(SELECT trim_scale(st.percent)::text FROM indicator_steps st WHERE st.sheet_id = s.id ORDER BY st.percent) AS percents,
			CASE WHEN s.scale_code = '' THEN 0 ELSE coalesce((SELECT max(st.ordinal) FROM scales sc JOIN scale_steps st ON st.scale_id = sc.id
				WHERE sc.code = s.scale_code), 0) END AS max_ordinal
		FROM target_series ts
		JOIN agencies a ON a.id = ts.agency_id
		LEFT JOIN agencies up ON up.id = a.parent_id
		JOIN indicators i ON i.id = ts.indicator_id
		JOIN indicator_sheets s ON s.indicator_id = i.id
		JOIN roadmap_versions v ON v.id = s.version_id
		WHERE ?
		ORDER BY ts.id, v.number`, where).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read indicator sheets: %w", err)
	}
	return rows, nil
}

// inForce picks the sheet of the newest version that holds in the year; nil: none does.
func inForce(versions []sheet, year int) *sheet {
	for i := len(versions) - 1; i >= 0; i-- {
		if versions[i].FirstYear <= year {
			return &versions[i]
		}
	}
	return nil
}

// limit is the first number too large for numeric(18, 4).
var limit = decimal.MustNew(1e14, 0)

// check refuses, in words for the one who typed it, a value that the indicator
// cannot have.
func (s *sheet) check(v Value) error {
	if _, text := s.wrong(v); text != "" {
		return fault.New(fault.Invalid, "%s", text)
	}
	return nil
}

// wrong says what is wrong with a value and in which field; the text is empty where
// nothing is. A negative figure is not wrong: growth in a recession is a report like any
// other.
func (s *sheet) wrong(v Value) (field, text string) {
	switch {
	case v.NotApplicable && strings.TrimSpace(v.Note) == "":
		return FieldNote, "Jelaskan mengapa indikator ini tidak berlaku."
	case v.NotApplicable && (v.Actual != nil || v.Numerator != nil || v.Denominator != nil):
		return FieldNotApplicable, "Kosongkan angka bila indikator ini tidak berlaku."
	case v.NotApplicable:
		return "", ""
	case s.Kind == scoring.KindFraction:
		return wrongFraction(v)
	case v.Numerator != nil || v.Denominator != nil:
		return FieldActual, "Indikator ini dilaporkan sebagai satu angka, bukan pembilang dan penyebut."
	case v.Actual == nil:
		return FieldActual, "Realisasi belum diisi."
	}
	if text := wrongSize("Realisasi", *v.Actual); text != "" {
		return FieldActual, text
	}
	actual := v.Actual.Trim(0)
	switch s.Kind {
	case scoring.KindYesNo:
		if !actual.IsZero() && !actual.Equal(decimal.One) {
			return FieldActual, "Realisasi harus 1 (ya) atau 0 (tidak)."
		}
	case scoring.KindPredicate:
		if n, _, ok := actual.Int64(0); !ok || !actual.IsInt() || n < 1 || n > int64(s.MaxOrdinal) {
			return FieldActual, fmt.Sprintf("Predikat harus salah satu dari urutan 1 sampai %d pada skalanya.", s.MaxOrdinal)
		}
	case scoring.KindMilestone:
		if !actual.IsZero() && !slices.Contains(s.Percents, actual.String()) {
			return FieldActual, fmt.Sprintf("Tahapan harus 0 atau salah satu dari %s persen.", strings.Join(s.Percents, ", "))
		}
	}
	return "", ""
}

func wrongFraction(v Value) (field, text string) {
	switch {
	case v.Actual != nil:
		return FieldActual, "Indikator ini dilaporkan sebagai pembilang dan penyebut, bukan persentase."
	case v.Numerator == nil && v.Denominator == nil:
		return FieldNumerator, "Pembilang dan penyebut belum diisi."
	case v.Numerator == nil:
		return FieldNumerator, "Pembilang belum diisi."
	case v.Denominator == nil:
		return FieldDenominator, "Penyebut belum diisi."
	case v.Numerator.IsNeg():
		return FieldNumerator, "Pembilang tidak boleh negatif."
	case v.Denominator.IsNeg():
		return FieldDenominator, "Penyebut tidak boleh negatif."
	case v.Denominator.IsZero() && v.Numerator.IsPos():
		return FieldDenominator, "Penyebut tidak boleh 0 bila pembilang lebih dari 0."
	}
	if text := wrongSize("Pembilang", *v.Numerator); text != "" {
		return FieldNumerator, text
	}
	return FieldDenominator, wrongSize("Penyebut", *v.Denominator)
}

// wrongSize holds a number to what the tables keep without rounding; empty: they do.
func wrongSize(name string, d decimal.Decimal) string {
	switch {
	case d.Trim(0).Scale() > scoring.MaxDecimals:
		return name + " paling banyak empat angka di belakang koma."
	case d.CmpAbs(limit) >= 0:
		return name + " terlalu besar."
	}
	return ""
}
