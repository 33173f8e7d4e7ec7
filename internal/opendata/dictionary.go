package opendata

import "petajalan/internal/formula"

// Dictionary writes the data dictionary of all sets as CSV: one line per column.
func Dictionary() ([]byte, error) {
	lines := [][]string{{"set", "column", "type", "unit", "may_be_empty", "key", "api_field", "meaning_id", "meaning_en"}}
	for _, s := range Sets {
		for _, c := range s.Columns {
			field := c.Path()
			if c.path == fromPublication || c.path == fromStatus {
				field = ""
			}
			lines = append(lines, []string{s.Name, c.Name, string(c.Type), c.Unit, yesNo(c.MayBeEmpty), yesNo(s.IsKey(c)), field,
				formula.Guard(c.ID), formula.Guard(c.EN)})
		}
	}
	return writeCSV(lines)
}

// IsKey reports whether a column is one of those that tell the rows of the set apart.
func (s *Set) IsKey(c Column) bool {
	for _, name := range s.Key {
		if name == c.Name {
			return true
		}
	}
	return false
}

func yesNo(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}
