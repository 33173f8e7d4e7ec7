package report

// Missing says what would keep the row from being handed in if the draft were written into
// it: figures, explanation and evidence that the rules ask for. SubmitAll tells the same.
func (r *WorksheetRow) Missing(d DraftRow) []Problem {
	with := *r
	with.Value = d.Value
	return with.problems(d)
}
