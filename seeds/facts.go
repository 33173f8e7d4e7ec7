package seeds

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// fact is one thing that a record says, under the key that says it in the files.
// Records that must not change are compared fact by fact, so that a refusal can
// name what differs.
type fact struct{ key, value string }

// differences returns the facts of now that then said differently or not at all.
func differences(then, now []fact) (changed []fact, was map[string]string) {
	was = map[string]string{}
	for _, f := range then {
		was[f.key] = f.value
	}
	for _, f := range now {
		if was[f.key] != f.value {
			changed = append(changed, f)
		}
	}
	return changed, was
}

func factsOfVersion(v roadmap.Version) []fact {
	return []fact{
		{"title", v.Title}, {"first_year", strconv.Itoa(v.FirstYear)}, {"last_year", strconv.Itoa(v.LastYear)}, {"status", string(v.Status)},
		{"regulation_number", v.RegulationNumber}, {"regulation_date", day(v.RegulationDate)}, {"note", v.Note},
	}
}

func factsOfGoal(g *roadmap.Goal) []fact {
	return []fact{{"name", g.Name}, {"weight", g.Weight.String()}}
}

func factsOfObjective(o *roadmap.Objective) []fact {
	return []fact{{"goal", o.GoalCode}, {"name", o.Name}}
}

func factsOfIndicator(i *roadmap.Indicator) []fact {
	var steps []string
	for _, s := range i.Steps {
		steps = append(steps, s.Percent.String()+" "+s.Name)
	}
	baseline := ""
	if i.BaselineYear != nil {
		baseline = fmt.Sprintf("%d: %s (%s)", *i.BaselineYear, i.BaselineValue, i.BaselineSource)
	}
	month := ""
	if i.AnnouncedMonth != nil {
		month = strconv.Itoa(*i.AnnouncedMonth)
	}
	return []fact{
		{"objective", i.ObjectiveCode}, {"name", i.Name}, {"definition", i.Definition}, {"kind", string(i.Kind)}, {"direction", string(i.Direction)},
		{"consolidation", string(i.Consolidation)}, {"frequency", string(i.Frequency)}, {"unit", i.Unit}, {"decimals", strconv.Itoa(i.Decimals)},
		{"applies_to", i.AppliesTo}, {"numerator", i.NumeratorLabel}, {"denominator", i.DenominatorLabel}, {"data_source", i.DataSource},
		{"evidence", i.EvidenceRule}, {"scale", i.ScaleCode}, {"steps", strings.Join(steps, "; ")}, {"announced_month", month},
		{"key", strconv.FormatBool(i.Key)}, {"break_note", i.BreakNote}, {"baseline", baseline}, {"status", string(i.Status)},
	}
}

func factsOfScale(s roadmap.Scale) []fact {
	var steps []string
	for _, step := range s.Steps {
		steps = append(steps, fmt.Sprintf("%s %s %s %t", step.Code, step.Label, number(step.MinValue), step.Exclusive))
	}
	return []fact{
		{"name", s.Name}, {"basis", s.Basis}, {"status", s.Status}, {"valid_from", day(&s.ValidFrom)}, {"steps", strings.Join(steps, "; ")},
	}
}

func factsOfRules(r roadmap.RuleSet, bands, words scaleKey) []fact {
	return []fact{
		{"formula_version", strconv.Itoa(r.FormulaVersion)}, {"cap", r.Cap.String()}, {"bands", fmt.Sprint(bands)}, {"words", fmt.Sprint(words)},
		{"valid_from", day(&r.ValidFrom)}, {"basis", r.Basis},
	}
}

func factsOfStandard(s *roadmap.Standard) []fact {
	var provenance []string
	for _, component := range slices.Sorted(maps.Keys(s.Provenance)) {
		provenance = append(provenance, component+": "+s.Provenance[component])
	}
	facts := []fact{
		{"requirements", strings.Join(s.Requirements, "; ")}, {"duration", number(s.DurationValue) + " " + valueOf(s.DurationUnit)},
		{"decree_number", s.DecreeNumber}, {"decided_on", day(s.DecidedOn)}, {"reviewed_on", day(s.ReviewedOn)},
		{"provenance", strings.Join(provenance, "; ")}, {"sources", strings.Join(s.Sources, "; ")}, {"note", s.Note}, {"status", string(s.Status)},
	}
	rupiah := ""
	if s.FeeRupiah != nil {
		rupiah = strconv.FormatInt(*s.FeeRupiah, 10)
	}
	facts = append(facts, fact{"fee", strings.Join([]string{valueOf(s.FeeKind), rupiah, valueOf(s.FeeNote)}, " ")})
	for key, text := range map[string]*string{
		"procedure": s.Procedure, "product": s.Product, "complaints": s.Complaints, "legal_basis": s.LegalBasis, "facilities": s.Facilities,
		"competence": s.Competence, "supervision": s.Supervision, "staff_number": s.StaffNumber, "service_guarantee": s.ServiceGuarantee,
		"safety_guarantee": s.SafetyGuarantee, "evaluation": s.Evaluation,
	} {
		facts = append(facts, fact{key, valueOf(text)})
	}
	return facts
}

func factsOfTarget(t roadmap.Target) []fact {
	steps := make([]string, len(t.Steps))
	for i, s := range t.Steps {
		steps[i] = s.String()
	}
	return []fact{
		{"target", promised(t)}, {"steps", strings.Join(steps, ";")}, {"weight", t.Weight.Pad(2).String()}, {"status", string(t.Status)},
		{"clause", t.Clause}, {"reason", t.Reason}, {"legal_basis", t.LegalBasis},
	}
}

// promised writes what a target promises as the file does, predicates as ordinals.
func promised(t roadmap.Target) string {
	switch {
	case t.Value != nil:
		return t.Value.String()
	case t.Low != nil:
		return t.Low.String() + "-" + t.High.String()
	}
	return roadmap.Withdrawn
}

// day writes a date, or nothing for none.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// number writes a decimal, or nothing for none.
func number(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}
