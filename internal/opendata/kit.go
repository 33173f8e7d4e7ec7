package opendata

import "petajalan/internal/scoring"

// WorkbookName is the name of the workbook of a period in the kit: "hitung-2026-TW3.xlsx".
func WorkbookName(p scoring.Period) string { return "hitung-" + p.String() + ".xlsx" }

// Kit writes the archive with which anybody recomputes every score of the publication.
func Kit(p *Publication) ([]byte, error) { return All(p) }
