package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/exchange"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Saved is a report as it stands once a delivery was kept.
type Saved struct {
	Agency    string         `json:"agency"`
	Indicator string         `json:"indicator"`
	Period    roadmap.Period `json:"period"`
	State     State          `json:"state"`
	Version   int            `json:"version"`
	Reference string         `json:"reference"`
}

// Refused is why an item was not kept. Nothing of its request was.
type Refused struct {
	Problem
	Status  int   // of HTTP, as if the item had come alone
	State   State // of the report; empty: unknown
	Version int   // of the report as it is now
	Stale   bool  // the program has not seen this version of it
}

// Deliver keeps the items as drafts, all or none: with refusals nothing was kept, provided that
// the caller rolls tx back.
func Deliver(ctx context.Context, tx bun.Tx, p *Principal, items []Item, now time.Time) ([]Saved, []Refused, error) {
	rows, err := rowsByKey(ctx, tx, p, items)
	if err != nil {
		return nil, nil, err
	}
	var refused []Refused
	deliveries := make([]report.Delivery, len(items))
	for i := range items {
		item := &items[i]
		if no := p.refuses(item, rows[item.Key]); no != nil {
			refused = append(refused, *no)
			continue
		}
		r := rows[item.Key]
		v, problems := item.figures(r)
		for _, problem := range problems {
			refused = append(refused, Refused{problem, http.StatusUnprocessableEntity, stateOf(r.Status, r.Version), r.Version, false})
		}
		version := r.Version
		switch {
		case item.Version != nil:
			version = *item.Version
		case r.Version > 0 && (r.Status == report.Draft || r.Status == report.Returned): // in any other state it is a conflict
			refused = append(refused, Refused{Problem{item.Pointer(memberVersion), "Laporan ini sudah berisi. Sebut versi yang Anda lihat."}, http.StatusPreconditionRequired, stateOf(r.Status, r.Version), r.Version, true})
		}
		deliveries[i] = report.Delivery{Key: item.Key, Version: version, Value: v, Source: p.Token.Source, Reference: item.Reference, SHA256: item.sum()}
	}
	if len(refused) > 0 {
		return nil, refused, nil
	}
	all, kept, err := report.Deliver(ctx, tx, p.User, deliveries, now)
	if err != nil {
		return nil, nil, err
	}
	if !kept {
		return nil, refusals(items, all), nil
	}
	saved := make([]Saved, len(all))
	for i, d := range all {
		saved[i] = Saved{d.Agency, d.Indicator, d.Period, stateOf(d.Status, d.Version), d.Version, items[i].Reference}
	}
	return saved, nil, nil
}

// rowsByKey reads the rows of the periods that the items are of.
func rowsByKey(ctx context.Context, db bun.IDB, p *Principal, items []Item) (map[report.Key]*exchange.Row, error) {
	rows := map[report.Key]*exchange.Row{}
	var periods []roadmap.Period
	for _, i := range items {
		if slices.Contains(periods, i.Period) {
			continue
		}
		if periods = append(periods, i.Period); len(periods) > maxPeriods {
			break // the others are refused as if they did not exist
		}
		all, err := exchange.DueRows(ctx, db, p.User, i.Period)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			rows[r.Key] = r
		}
	}
	return rows, nil
}

// maxPeriods bounds how many periods one request may be about.
const maxPeriods = 8

// refuses says why the item is none that the program may bring; nil: it may. An agency of
// others is not there for it; an indicator of its own agency is forbidden.
func (p *Principal) refuses(item *Item, r *exchange.Row) *Refused {
	switch {
	case !p.User.MayReport(item.Agency):
		return &Refused{Problem: Problem{item.Pointer(memberAgency), "Tidak ada instansi itu, atau token ini bukan untuknya."}, Status: http.StatusNotFound}
	case !p.Token.covers(item.Agency, item.Indicator):
		return &Refused{Problem: Problem{item.Pointer(memberIndicator), "Token ini bukan untuk indikator itu."}, Status: http.StatusForbidden}
	case r == nil:
		return &Refused{Problem: Problem{item.Pointer(memberIndicator), "Instansi ini tidak punya indikator itu yang jatuh tempo pada periode itu."}, Status: http.StatusNotFound}
	}
	return nil
}

// figures turns what the item says into a value of the indicator. Whether the number itself is
// possible is for report to say.
func (i *Item) figures(r *exchange.Row) (report.Value, []Problem) {
	given := map[string]bool{
		memberValue: i.Value != nil, memberNumerator: i.Numerator != nil, memberDenominator: i.Denominator != nil,
		memberPredicate: i.Predicate != nil, memberStep: i.Step != nil, memberYes: i.Yes != nil,
	}
	var problems []Problem
	wrong := func(field, text string) { problems = append(problems, Problem{i.Pointer(field), text}) }
	takes := takenBy(r.Kind)
	count := 0
	for _, field := range valueMembers[:6] {
		switch {
		case !given[field]:
		case !slices.Contains(takes, field):
			wrong(field, fmt.Sprintf("Indikator %s diisi dengan %s.", r.Indicator, strings.Join(takes, " atau ")))
		default:
			count++
		}
	}
	v := report.Value{Note: i.Note}
	if r.Kind == scoring.KindFraction {
		v.Numerator, v.Denominator = i.Numerator, i.Denominator
		return v, problems
	}
	switch {
	case count > 1:
		wrong("", "Isi satu saja dari "+strings.Join(takes, " atau ")+".")
	case i.Value != nil:
		v.Actual = i.Value
	case i.Step != nil:
		v.Actual = i.Step
	case i.Yes != nil:
		v.Actual = &decimal.Zero
		if *i.Yes {
			v.Actual = &decimal.One
		}
	case i.Predicate != nil:
		if v.Actual = gradeOf(r, *i.Predicate); v.Actual == nil {
			wrong(memberPredicate, "Predikat ini tidak ada pada skalanya. Yang ada: "+codesOf(r)+".")
		}
	}
	return v, problems
}

// takenBy are the members in which an indicator of the kind takes its value.
func takenBy(k scoring.Kind) []string {
	switch k {
	case scoring.KindFraction:
		return []string{memberNumerator, memberDenominator}
	case scoring.KindPredicate:
		return []string{memberPredicate, memberValue}
	case scoring.KindMilestone:
		return []string{memberStep, memberValue}
	case scoring.KindYesNo:
		return []string{memberYes, memberValue}
	}
	return []string{memberValue}
}

// gradeOf is the ordinal of a grade by its code or label; nil: there is none.
func gradeOf(r *exchange.Row, text string) *decimal.Decimal {
	for _, c := range r.Choices {
		_, label, _ := strings.Cut(c.Label, " – ")
		if strings.EqualFold(c.Code, text) || strings.EqualFold(c.Label, text) || label != "" && strings.EqualFold(label, text) {
			return new(c.Value)
		}
	}
	return nil
}

func codesOf(r *exchange.Row) string {
	codes := make([]string, len(r.Choices))
	for i, c := range r.Choices {
		codes[i] = c.Code
	}
	return strings.Join(codes, ", ")
}

// memberOf is where the field of a report stands in an item.
func (i *Item) memberOf(field string) string {
	switch {
	case field != report.FieldActual:
		return field
	case i.Step != nil:
		return memberStep
	case i.Predicate != nil:
		return memberPredicate
	case i.Yes != nil:
		return memberYes
	}
	return memberValue
}

// refusals are those of the report as answers to the program.
func refusals(items []Item, all []report.Delivered) []Refused {
	var refused []Refused
	for i, d := range all {
		no := Refused{Problem: Problem{items[i].Pointer(""), d.Text}, State: stateOf(d.Status, d.Version), Version: d.Version}
		switch d.Refusal {
		case report.NotRefused:
			continue
		case report.RefusedMissing:
			no.Status, no.State = http.StatusNotFound, ""
		case report.RefusedValue:
			no.Status, no.Pointer = http.StatusUnprocessableEntity, items[i].Pointer(items[i].memberOf(d.Field))
		case report.RefusedState:
			no.Status = http.StatusConflict
		case report.RefusedVersion:
			no.Status, no.Stale = http.StatusConflict, true
			if d.Field != "" {
				no.Pointer = items[i].Pointer(d.Field)
			} else {
				no.Pointer = items[i].Pointer(memberVersion)
			}
		}
		refused = append(refused, no)
	}
	return refused
}

// sum is the SHA-256 of what the item says, for the evidence of its figures.
func (i *Item) sum() string {
	text, err := json.Marshal([]any{i.Agency, i.Indicator, i.Period.String(), i.Value, i.Numerator, i.Denominator, i.Predicate, i.Step, i.Yes, i.Reference})
	if err != nil {
		panic(err) // texts and numbers only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
