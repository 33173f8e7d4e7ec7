package steward

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
	"petajalan/seeds"
)

// AddScale adds a version of a scale: the first of a new code, or one that follows on the newest, which
// then ends on the day before. Nothing holds backwards: it begins after the last period that was closed.
func AddScale(ctx context.Context, db *bun.DB, by *account.User, t seeds.ScaleText, now time.Time) error {
	return change(ctx, db, by, "add scale", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		all, err := roadmap.AllScales(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var newest *roadmap.Scale
		for i := range all {
			if all[i].Code == t.Code {
				newest = &all[i]
			}
		}
		version := 1
		if newest != nil {
			version = newest.Version + 1
		}
		t.Steps = plainBounds(t.Steps)
		next, complaints := seeds.ReadScale(t, version)
		var ps Problems
		for _, c := range complaints {
			ps.add(c.Key, "%s. %s.", upper(c.What), c.Fix)
		}
		if next == nil {
			return "", nil, nil, ps
		}
		if err := checkBegins(ctx, tx, next.ValidFrom, "valid_from", &ps); err != nil {
			return "", nil, nil, err
		}
		if newest != nil {
			if !next.ValidFrom.After(newest.ValidFrom) {
				ps.add("valid_from", "Versi %d berlaku mulai %s. Versi baru mulai sesudahnya.", newest.Version, newest.ValidFrom.Format(time.DateOnly))
			}
			if err := checkGrades(ctx, tx, newest, next, &ps); err != nil {
				return "", nil, nil, err
			}
		}
		if err := ps.orNil(); err != nil {
			return "", nil, nil, err
		}
		if err := roadmap.AddScale(ctx, tx, next); err != nil {
			return "", nil, nil, err
		}
		if newest != nil && (newest.ValidTo == nil || !newest.ValidTo.Before(next.ValidFrom)) {
			last := next.ValidFrom.AddDate(0, 0, -1)
			if err := roadmap.EndScale(ctx, tx, newest.ID, &last); err != nil {
				return "", nil, nil, err
			}
		}
		return fmt.Sprintf("scale %s %d", next.Code, next.Version), nil, map[string]string{"valid_from": t.ValidFrom, "basis": t.Basis, "steps": t.Steps}, nil
	})
}

// plainBounds turns the bounds of steps, and nothing else, into numbers with a point.
func plainBounds(steps string) string {
	lines := strings.Split(steps, "\n")
	for i, line := range lines {
		if at := strings.LastIndex(line, "|"); at >= 0 && strings.Count(line, "|") >= 2 {
			lines[i] = line[:at+1] + " " + PlainNumbers(line[at+1:])
		}
	}
	return strings.Join(lines, "\n")
}

// checkGrades refuses other grades, or another order, of a scale that a predicate uses: targets and
// reports keep the place of a grade on the scale.
func checkGrades(ctx context.Context, tx bun.Tx, old, next *roadmap.Scale, ps *Problems) error {
	same := slices.EqualFunc(old.Steps, next.Steps, func(a, b roadmap.ScaleStep) bool { return a.Code == b.Code })
	if same {
		return nil
	}
	used, err := tx.NewSelect().TableExpr("indicator_sheets").Where("scale_code = ?", old.Code).Exists(ctx)
	if err != nil {
		return fmt.Errorf("look who uses the scale: %w", err)
	}
	if used {
		ps.add("steps", "Skala ini dipakai indikator predikat, jadi urutan kodenya harus tetap: %s. Untuk predikat lain, buat skala dengan kode baru dan pakai lewat versi peta jalan.", old.Grades())
	}
	return nil
}

// checkBegins refuses a first day that lies in a period that was closed.
func checkBegins(ctx context.Context, tx bun.Tx, from time.Time, field string, ps *Problems) error {
	var p struct{ Year, Quarter int }
	err := tx.NewRaw(`SELECT coalesce(max(year), 0) AS year, coalesce(max(quarter), 0) AS quarter FROM (
		SELECT year, quarter FROM periods WHERE closed_at IS NOT NULL ORDER BY year DESC, quarter DESC LIMIT 1) p`).Scan(ctx, &p)
	if err != nil {
		return fmt.Errorf("read the last period that was closed: %w", err)
	}
	if p.Year == 0 {
		return nil
	}
	if last := time.Date(p.Year, time.Month(3*p.Quarter+1), 0, 0, 0, 0, 0, time.UTC); !from.After(last) {
		ps.add(field, "Tidak berlaku surut: triwulan %d tahun %d sudah ditutup. Mulai paling cepat %s.", p.Quarter, p.Year, last.AddDate(0, 0, 1).Format(time.DateOnly))
	}
	return nil
}

// RuleText is a revision of a rule set as it is typed. Bands and Words are scales as "kode versi".
type RuleText struct{ Code, Cap, Bands, Words, ValidFrom, Basis string }

// AddRules adds a revision of a rule set, which follows on the newest. Its scales must cover the line
// with bounds of two decimals, as published figures have; nothing holds backwards.
func AddRules(ctx context.Context, db *bun.DB, by *account.User, t RuleText, now time.Time) error {
	return change(ctx, db, by, "add rules", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		sets, err := roadmap.RuleSets(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var newest *roadmap.RuleSet
		for i := range sets {
			if sets[i].Code == t.Code {
				newest = &sets[i]
			}
		}
		if newest == nil {
			return "", nil, nil, fault.New(fault.NotFound, "Tidak ada aturan penilaian “%s”.", t.Code)
		}
		scales, err := roadmap.AllScales(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var ps Problems
		next := &roadmap.RuleSet{Code: t.Code, Revision: newest.Revision + 1, FormulaVersion: scoring.Version, Basis: strings.TrimSpace(t.Basis)}
		ps.required("basis", "dasar aturan", t.Basis, 300)
		limit, bad := roadmap.ReadDecimal(PlainNumbers(t.Cap), 2)
		if bad != nil || limit.Less(decimal.Hundred) || decimal.Thousand.Less(limit) {
			ps.add("cap", "Batas atas nilai harus angka dari 100 sampai 1000.")
		}
		next.Cap = limit
		from, err := time.Parse(time.DateOnly, t.ValidFrom)
		if err != nil {
			ps.add("valid_from", "Isi tanggal mulai berlaku, misalnya 2027-01-01.")
		} else {
			next.ValidFrom = from
			if !from.After(newest.ValidFrom) {
				ps.add("valid_from", "Revisi %d berlaku mulai %s. Revisi baru mulai sesudahnya.", newest.Revision, newest.ValidFrom.Format(time.DateOnly))
			}
			if err := checkBegins(ctx, tx, from, "valid_from", &ps); err != nil {
				return "", nil, nil, err
			}
		}
		next.Bands, next.Words = findScale(scales, t.Bands), findScale(scales, t.Words)
		if next.Bands == nil {
			ps.add("bands", "Pilih skala golongan nilai yang ada.")
		}
		if next.Words == nil {
			ps.add("words", "Pilih skala sebutan target yang ada.")
		}
		if len(ps) == 0 {
			if _, err := scoring.NewRules(limit, engineBands(next.Bands), engineBands(next.Words)); err != nil {
				ps.add("bands", "Skala ini tidak menutup semua nilai, atau batasnya punya lebih dari 2 angka di belakang koma.")
			}
		}
		if err := ps.orNil(); err != nil {
			return "", nil, nil, err
		}
		if err := roadmap.AddRuleSet(ctx, tx, next); err != nil {
			return "", nil, nil, err
		}
		if newest.ValidTo == nil || !newest.ValidTo.Before(from) {
			last := from.AddDate(0, 0, -1)
			if err := roadmap.EndRuleSet(ctx, tx, newest.ID, &last); err != nil {
				return "", nil, nil, err
			}
		}
		return fmt.Sprintf("rules %s %d", next.Code, next.Revision), nil, t, nil
	})
}

// ScaleKey names a version of a scale in a choice.
func ScaleKey(s *roadmap.Scale) string { return s.Code + " " + strconv.Itoa(s.Version) }

func findScale(scales []roadmap.Scale, key string) *roadmap.Scale {
	for i := range scales {
		if ScaleKey(&scales[i]) == key {
			return &scales[i]
		}
	}
	return nil
}

// engineBands are the steps of a scale as the engine takes them, the highest first. A step that begins
// only above its bound cannot be one: published figures belong to the band they reach.
func engineBands(s *roadmap.Scale) []scoring.Band {
	bands := make([]scoring.Band, 0, len(s.Steps))
	for i := len(s.Steps) - 1; i >= 0; i-- {
		step := s.Steps[i]
		if step.Exclusive {
			return nil
		}
		b := scoring.Band{Code: step.Code}
		if step.MinValue != nil {
			b.From = *step.MinValue
		}
		bands = append(bands, b)
	}
	return bands
}

// Check is one of the checks before a human, with its limit.
type Check struct {
	Code, Name string
	Threshold  *decimal.Decimal // nil: it has none
	Enabled    bool
}

// Checks lists the checks by code.
func Checks(ctx context.Context, db bun.IDB) ([]Check, error) {
	var checks []Check
	if err := db.NewRaw(`SELECT code, name, threshold, enabled FROM checks ORDER BY code`).Scan(ctx, &checks); err != nil {
		return nil, fmt.Errorf("read the checks: %w", err)
	}
	for i := range checks {
		if checks[i].Threshold != nil {
			*checks[i].Threshold = checks[i].Threshold.Trim(0)
		}
	}
	return checks, nil
}

// SetChecks sets limits and switches. thresholds are as typed, by code; a check that has no limit keeps none.
func SetChecks(ctx context.Context, db *bun.DB, by *account.User, thresholds map[string]string, enabled map[string]bool, now time.Time) error {
	return change(ctx, db, by, "set checks", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		before, err := Checks(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var ps Problems
		after := slices.Clone(before)
		for i := range after {
			c := &after[i]
			c.Enabled = enabled[c.Code]
			if c.Threshold == nil {
				continue
			}
			limit, bad := roadmap.ReadDecimal(PlainNumbers(thresholds[c.Code]), 2)
			if bad != nil || !limit.IsPos() || decimal.MustNew(10_000, 0).Less(limit) {
				ps.add("batas."+c.Code, "%s: isi batas lebih dari 0.", upper(c.Name))
				continue
			}
			c.Threshold = &limit
		}
		if err := ps.orNil(); err != nil {
			return "", nil, nil, err
		}
		for _, c := range after {
			if _, err := tx.NewRaw(`UPDATE checks SET threshold = ?, enabled = ? WHERE code = ?`, c.Threshold, c.Enabled, c.Code).Exec(ctx); err != nil {
				return "", nil, nil, fmt.Errorf("set the check %s: %w", c.Code, err)
			}
		}
		return "checks", before, after, nil
	})
}

// PlausibleRange is what a person would call plausible of an indicator; nil is open on that side.
type PlausibleRange struct {
	Indicator string
	Low, High *decimal.Decimal
}

// PlausibleRanges are the ranges there are by indicator.
func PlausibleRanges(ctx context.Context, db bun.IDB) (map[string]PlausibleRange, error) {
	var rows []PlausibleRange
	if err := db.NewRaw(`SELECT i.code AS indicator, p.low, p.high FROM plausible_ranges p JOIN indicators i ON i.id = p.indicator_id ORDER BY i.code`).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("read plausible ranges: %w", err)
	}
	byCode := make(map[string]PlausibleRange, len(rows))
	for _, r := range rows {
		for _, d := range []*decimal.Decimal{r.Low, r.High} {
			if d != nil {
				*d = d.Trim(0)
			}
		}
		byCode[r.Indicator] = r
	}
	return byCode, nil
}

// SetPlausibleRange sets the range of an indicator, or takes it away when both ends are empty.
func SetPlausibleRange(ctx context.Context, db *bun.DB, by *account.User, indicator, low, high string, now time.Time) error {
	return change(ctx, db, by, "set plausible range", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		before, err := PlausibleRanges(ctx, tx)
		if err != nil {
			return "", nil, nil, err
		}
		var ps Problems
		read := func(field, text string) *decimal.Decimal {
			if text == "" {
				return nil
			}
			negative := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "−")
			d, bad := roadmap.ReadDecimal(strings.TrimLeft(PlainNumbers(text), "-−"), 4)
			if bad != nil {
				ps.add(field, "Isi angka, misalnya 82,5, atau kosongkan.")
			}
			if negative {
				d = d.Neg()
			}
			return &d
		}
		l, h := read("bawah", low), read("atas", high)
		if len(ps) == 0 && l != nil && h != nil && h.Less(*l) {
			ps.add("atas", "Batas atas lebih rendah daripada batas bawah.")
		}
		if err := ps.orNil(); err != nil {
			return "", nil, nil, err
		}
		if l == nil && h == nil {
			_, err = tx.NewRaw(`DELETE FROM plausible_ranges WHERE indicator_id = (SELECT id FROM indicators WHERE code = ?)`, indicator).Exec(ctx)
		} else {
			var id int64
			err = tx.NewRaw(`
				INSERT INTO plausible_ranges (indicator_id, low, high) SELECT id, ?, ? FROM indicators WHERE code = ?
				ON CONFLICT (indicator_id) DO UPDATE SET low = EXCLUDED.low, high = EXCLUDED.high RETURNING indicator_id`, l, h, indicator).Scan(ctx, &id)
		}
		if err != nil {
			return "", nil, nil, fault.Wrap(err, fault.NotFound, "Tidak ada indikator dengan kode “%s”.", indicator)
		}
		return "indicator " + indicator, before[indicator], map[string]string{"low": low, "high": high}, nil
	})
}
