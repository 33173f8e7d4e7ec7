package report

import (
	"context"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/fault"
	"petajalan/internal/scoring"
)

// ruleBook is the rule set in force at the end of the period, with its words.
type ruleBook struct {
	*scoring.Rules
	best  string            // highest word for one target
	words map[string]string // labels by code
	bands map[string]string
}

// loadRules reads the rule set.
func (l *loader) loadRules(ctx context.Context) error {
	var steps []struct {
		Word     bool
		Cap      decimal.Decimal
		Code     string
		Label    string
		MinValue *decimal.Decimal
	}
	lastDay := time.Date(l.period.Year, time.Month(l.period.Quarter*3+1), 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	err := l.db.NewRaw(`
		SELECT x.word, r.cap, st.code, st.label, st.min_value
		FROM (SELECT * FROM rule_sets WHERE valid_from <= ?0::date AND (valid_to IS NULL OR valid_to >= ?0::date)
			ORDER BY valid_from DESC, revision DESC LIMIT 1) r
		CROSS JOIN LATERAL (VALUES (false, r.band_scale_id), (true, r.word_scale_id)) AS x (word, scale_id)
		JOIN scale_steps st ON st.scale_id = x.scale_id
		ORDER BY x.word, st.ordinal DESC`, lastDay).Scan(ctx, &steps)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return fault.New(fault.Conflict, "Tidak ada aturan penilaian yang berlaku untuk %s.", l.period)
	}
	book := &ruleBook{words: map[string]string{}, bands: map[string]string{}}
	var bands, words []scoring.Band
	for _, s := range steps {
		band := scoring.Band{Code: s.Code}
		if s.MinValue != nil {
			band.From = s.MinValue.Trim(0)
		}
		if s.Word {
			words, book.words[s.Code] = append(words, band), s.Label
			continue
		}
		bands, book.bands[s.Code] = append(bands, band), s.Label
	}
	if book.Rules, err = scoring.NewRules(steps[0].Cap.Trim(0), bands, words); err != nil {
		return err
	}
	book.best = words[0].Code
	l.rules = book
	return nil
}

// assess runs the engine over all periods of the row, with v as the verified value of its own.
func (f *facts) assess(v Value) []scoring.Achievement {
	s := f.engine
	own := len(s.Inputs) - 1
	s.Inputs = append([]scoring.Input(nil), s.Inputs...)
	s.Inputs[own].Report = engineReport(v)
	return f.rules.Assess(&s)
}

// preview is what the engine says of v.
func (r *WorksheetRow) preview(v Value) *Preview {
	results := r.facts.assess(v)
	return r.facts.explain(v, results[len(results)-1])
}

// explain is the preview of v, whose result is a; nil where v is no value of the indicator.
func (f *facts) explain(v Value, a scoring.Achievement) *Preview {
	if !v.hasFigure() {
		return nil
	}
	if _, text := f.wrong(v); text != "" {
		return nil
	}
	p := &Preview{Achievement: a}
	if a.State != scoring.Scored {
		return p
	}
	p.RatingLabel = f.rules.bands[a.Rating]
	shown, big := a.Raw.Scaled(2)
	if big != nil { // far beyond any bound, on the side of its sign
		shown = int64(big.Sign()) << 62
	}
	p.Word = f.rules.Word(shown)
	p.WordLabel = f.rules.words[p.Word]
	p.OffTarget = p.Word != f.rules.best
	return p
}
