package report

// FindingsOf are the findings of a value that is not saved.
func (r *WorksheetRow) FindingsOf(v Value) []Finding { return r.check(v, r.preview(v)) }
