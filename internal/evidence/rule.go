package evidence

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Kinds of evidence that a rule may accept.
const (
	File      = "berkas"
	Link      = "tautan"
	Feed      = "umpan"      // the figure came from the system that knows it
	Statement = "pernyataan" // a file that is a signed statement, and shows no figure of its own
)

// Kinds are all of them, in the order in which they are named.
var Kinds = []string{File, Link, Feed, Statement}

// Rule says which evidence an indicator asks for.
type Rule struct {
	Indicator string   // code
	Required  bool     // a report cannot be handed in without evidence of one of the kinds
	Kinds     []string // of Kinds; at least one
	Note      string   // for the operator, at most 200 characters; empty: none
}

// anything is the rule of an indicator that has none.
func anything(indicator string) Rule { return Rule{Indicator: indicator, Kinds: Kinds} }

// Words is the rule for the form. sheet is what the sheet of the indicator says of evidence,
// "surat hasil": "Wajib: surat hasil (berkas)."
func (r Rule) Words(sheet string) string {
	var kinds []string
	for _, k := range r.Kinds {
		switch k {
		case File:
			kinds = append(kinds, "berkas")
		case Link:
			kinds = append(kinds, "tautan")
		case Feed:
			kinds = append(kinds, "data dari sistem")
		case Statement:
			kinds = append(kinds, "surat pernyataan")
		}
	}
	how := "Dianjurkan"
	if r.Required {
		how = "Wajib"
	}
	words := how + ": " + sheet + " (" + either(kinds) + ")."
	if r.Note != "" {
		words += " " + r.Note
	}
	return words
}

// either joins words: "berkas, tautan, atau data dari sistem".
func either(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	case 2:
		return words[0] + " atau " + words[1]
	default:
		return strings.Join(words[:n-1], ", ") + ", atau " + words[n-1]
	}
}

// ruleRow is a rule as the table has it.
type ruleRow struct {
	Code     string
	Required bool
	Kinds    []string `bun:",array"`
	Note     string
}

func (r ruleRow) rule() Rule { return Rule{r.Code, r.Required, r.Kinds, r.Note} }

// Rules reads the rules of all indicators, by code; an indicator without a row has one that
// requires nothing.
func Rules(ctx context.Context, db bun.IDB) (map[string]Rule, error) {
	var rows []ruleRow
	err := db.NewRaw(`
		SELECT i.code, coalesce(r.required, false) AS required, coalesce(r.kinds, ?) AS kinds, coalesce(r.note, '') AS note
		FROM indicators i LEFT JOIN evidence_rules r ON r.indicator_id = i.id
		ORDER BY i.code`, bun.Safe(`'{berkas,tautan,umpan,pernyataan}'::text[]`)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read rules of evidence: %w", err)
	}
	rules := make(map[string]Rule, len(rows))
	for _, r := range rows {
		rules[r.Code] = r.rule()
	}
	return rules, nil
}

// RuleOf reads the rule of an indicator.
func RuleOf(ctx context.Context, db bun.IDB, indicator string) (Rule, error) {
	var r ruleRow
	err := db.NewRaw(`SELECT i.code, r.required, r.kinds, r.note FROM indicators i JOIN evidence_rules r ON r.indicator_id = i.id
		WHERE i.code = ?`, indicator).Scan(ctx, &r)
	switch {
	case postgres.NoRows(err):
		return anything(indicator), nil
	case err != nil:
		return Rule{}, fmt.Errorf("read the rule of evidence of %s: %w", indicator, err)
	}
	return r.rule(), nil
}

// SetRule changes the rule of an indicator. Only Bagian Organisasi may (Forbidden). It holds
// for what is handed in from now on.
func SetRule(ctx context.Context, db bun.IDB, by *account.User, r Rule, now time.Time) error {
	r.Note = strings.TrimSpace(r.Note)
	switch {
	case !by.MayVerify():
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi yang dapat mengubah aturan bukti.")
	case len(r.Kinds) == 0:
		return fault.New(fault.Invalid, "Pilih sedikitnya satu jenis bukti yang diterima.")
	case slices.ContainsFunc(r.Kinds, func(k string) bool { return !slices.Contains(Kinds, k) }):
		return fault.New(fault.Invalid, "Jenis bukti itu tidak dikenal.")
	case utf8.RuneCountInString(r.Note) > 200:
		return fault.New(fault.Invalid, "Catatan bukti paling panjang 200 karakter.")
	}
	// Each once, in the order in which they are named.
	kinds := slices.DeleteFunc(slices.Clone(Kinds), func(k string) bool { return !slices.Contains(r.Kinds, k) })
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		before, err := RuleOf(ctx, tx, r.Indicator)
		if err != nil {
			return err
		}
		res, err := tx.NewRaw(`INSERT INTO evidence_rules (indicator_id, required, kinds, note, changed_at, changed_by)
			SELECT id, ?, ARRAY[?]::text[], ?, ?, ? FROM indicators WHERE code = ?
			ON CONFLICT (indicator_id) DO UPDATE SET required = EXCLUDED.required, kinds = EXCLUDED.kinds, note = EXCLUDED.note,
				changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
			r.Required, bun.List(kinds), r.Note, now, by.ID, r.Indicator).Exec(ctx)
		if err != nil {
			return fmt.Errorf("set the rule of evidence of %s: %w", r.Indicator, err)
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.NotFound, "Tidak ada indikator berkode %s.", r.Indicator)
		}
		after := Rule{r.Indicator, r.Required, kinds, r.Note}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: audit.Roadmap, At: now, Actor: by.ID, Role: string(account.Reviewer),
			Action: "set evidence rule", Object: r.Indicator, Before: before, After: after,
		})
	})
}

// FillRules gives every indicator without a rule the one that its newest sheet suggests, and
// returns how many. Loading the seeds calls it, and so does whoever adds indicators.
func FillRules(ctx context.Context, db bun.IDB) (int, error) {
	var n int
	if err := db.NewRaw(`SELECT fill_evidence_rules()`).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("make rules of evidence: %w", err)
	}
	return n, nil
}
