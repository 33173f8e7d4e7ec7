package report

import "petajalan/internal/scoring"

// Missing says what would keep the row from being handed in if the draft were written into
// it: figures, explanation and evidence that the rules ask for. SubmitAll tells the same.
func (r *WorksheetRow) Missing(d DraftRow) []Problem {
	with := *r
	with.Value = d.Value
	return with.problems(d)
}

// WhyExplain says in words why v would need cause, obstacle and next step; empty: it needs
// none.
func (r *WorksheetRow) WhyExplain(v Value) string { return r.why(v, r.preview(v)) }

// Goal is what the engine knows of the period while nothing is verified in it: the target to
// date, where there is one.
func (r *WorksheetRow) Goal() scoring.Achievement {
	results := r.facts.assess(Value{})
	return results[len(results)-1]
}
