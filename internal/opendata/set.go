package opendata

import (
	"fmt"
	"reflect"
	"slices"
)

// Set is a table of the open data.
type Set struct {
	Name           string // in addresses: "hasil-layanan"
	Title, TitleEN string
	About, AboutEN string   // one sentence
	Key            []string // names of the columns that tell rows apart
	Columns        []Column

	record reflect.Type             // of a row
	rows   func(p *Publication) any // a slice of record
	left   []string                 // paths of the record that have no column of their own
}

// Sets are all tables, in the order in which they are shown.
var Sets = func() []*Set {
	all := []*Set{editionSet, agencySet, goalSet, indicatorSet, targetSet, achievementSet, scoreSet, serviceSet, resultSet, satisfactionSet, methodSet}
	for _, s := range all {
		// Every row says which publication it is from and what it is worth, so that a part
		// that was cut out and passed on still does.
		if !slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Name == "publication" }) {
			s.Columns = append(s.Columns, col("publication", Integer, "Nomor terbitan asal baris ini", "Number of the publication this row is from").at(fromPublication))
		}
		s.Columns = append(s.Columns, col("publication_status", Code,
			"Kedudukan data: peragaan (angka rekaan), contoh, rancangan, atau resmi",
			"Standing of the data: peragaan (invented figures for a demonstration), contoh (example), rancangan (draft) or resmi (official)").at(fromStatus))
	}
	return all
}()

// Paths of columns that every set has and no record.
const (
	fromPublication = "(publication)"
	fromStatus      = "(status)"
)

// Find returns the set of a name, nil when there is none.
func Find(name string) *Set {
	for _, s := range Sets {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Table is a set of a publication with its rows.
type Table struct {
	*Set
	Rows [][]Value // in the order of Columns
}

// Of reads the rows of a set from a publication.
func (s *Set) Of(p *Publication) (*Table, error) {
	records := reflect.ValueOf(s.rows(p))
	t := &Table{Set: s, Rows: make([][]Value, records.Len())}
	for i := range t.Rows {
		row := make([]Value, len(s.Columns))
		for k, c := range s.Columns {
			var err error
			switch c.path {
			case fromPublication:
				row[k] = Value{Text: fmt.Sprint(p.Number)}
			case fromStatus:
				row[k] = Value{Text: p.Status()}
			default:
				row[k], err = valueOf(records.Index(i), c.Path())
			}
			if err != nil {
				return nil, fmt.Errorf("column %s of %s: %w", c.Name, s.Name, err)
			}
		}
		t.Rows[i] = row
	}
	return t, nil
}

// Count is the number of rows of a set in a publication.
func (s *Set) Count(p *Publication) int { return reflect.ValueOf(s.rows(p)).Len() }
