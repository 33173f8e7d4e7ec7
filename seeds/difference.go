package seeds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Change is a difference between two Documents at one row, in words.
type Change struct {
	Table Table
	Key   string // of the row
	Kind  ChangeKind
	Text  string // "bobot 20 → 25; nama “A” → “B”"
}

// ChangeKind says what became of a row.
type ChangeKind string

// What becomes of a row.
const (
	Added   ChangeKind = "baru"
	Removed ChangeKind = "dihapus"
	Changed ChangeKind = "berubah"
)

// Difference is what one Document says otherwise than another.
type Difference struct {
	Summary []string // "3 target berubah", "1 indikator baru", "bobot tujuan T2 20 → 25"
	Changes []Change // row by row, in the order of the plan
}

// Sentence is the summary in one line; it says so where nothing differs.
func (d Difference) Sentence() string {
	if len(d.Summary) == 0 {
		return "Tidak ada perbedaan."
	}
	return strings.Join(d.Summary, ", ") + "."
}

// tableNames are the words for one row of a table.
var tableNames = map[Table]string{
	VersionTable: "data versi", GoalsTable: "tujuan", ObjectivesTable: "sasaran", IndicatorsTable: "indikator", TargetsTable: "target", ServicesTable: "layanan",
}

// Name is the word for one row of the table.
func (t Table) Name() string { return tableNames[t] }

// Compare tells in plain words what now says otherwise than then. Targets are compared over the
// years that both cover; reasons and legal bases are no difference in themselves.
func Compare(then, now *Document) Difference {
	var d Difference
	weights := map[string]bool{} // agencies and years of which only weights differ
	for _, t := range Tables {
		old := map[string]Row{}
		for _, r := range then.Rows(t) {
			old[t.Key(r)] = r
		}
		var added, removed, changed int
		for _, r := range now.Rows(t) {
			key := t.Key(r)
			before, known := old[key]
			delete(old, key)
			if !known {
				if t == TargetsTable && !covers(then, r["year"]) {
					continue
				}
				added++
				d.Changes = append(d.Changes, Change{t, key, Added, labelOf(t, r)})
				continue
			}
			keys, words := changesOf(t, before, r)
			if len(keys) == 0 {
				continue
			}
			if t == TargetsTable && slices.Equal(keys, []string{"weight"}) {
				weights[r["agency"]+" "+r["year"]] = true
			} else {
				changed++
			}
			d.Changes = append(d.Changes, Change{t, key, Changed, strings.Join(words, "; ")})
			if t == GoalsTable && slices.Contains(keys, "weight") {
				d.Summary = append(d.Summary, fmt.Sprintf("bobot tujuan %s %s → %s", key, before["weight"], r["weight"]))
				if len(keys) == 1 {
					changed--
				}
			}
		}
		for _, key := range sortedKeys(old) {
			if t == TargetsTable && !covers(now, old[key]["year"]) {
				continue
			}
			removed++
			d.Changes = append(d.Changes, Change{t, key, Removed, labelOf(t, old[key])})
		}
		if t == VersionTable {
			if changed > 0 {
				d.Summary = append(d.Summary, "data versi berubah")
			}
			continue
		}
		for _, part := range []struct {
			n    int
			word ChangeKind
		}{{added, Added}, {removed, Removed}, {changed, Changed}} {
			if part.n > 0 {
				d.Summary = append(d.Summary, fmt.Sprintf("%d %s %s", part.n, t.Name(), part.word))
			}
		}
	}
	if len(weights) > 0 {
		d.Summary = append(d.Summary, fmt.Sprintf("bobot berubah pada %d instansi dan tahun", len(weights)))
	}
	return d
}

// covers reports whether the version of d holds in the year.
func covers(d *Document, year string) bool {
	y := whole(year)
	return whole(d.Version["first_year"]) <= y && y <= whole(d.Version["last_year"])
}

func sortedKeys(rows map[string]Row) []string {
	keys := make([]string, 0, len(rows))
	for key := range rows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, cmp.Compare)
	return keys
}

// labelOf is what a row that is new or gone says of itself.
func labelOf(t Table, r Row) string {
	switch t {
	case TargetsTable:
		return "target " + r["target"] + ", bobot " + r["weight"]
	case VersionTable:
		return r["title"]
	}
	return r["name"]
}

// changesOf are the keys in which two rows differ, and each difference in words. The number of a
// version always differs and says nothing.
func changesOf(t Table, then, now Row) (keys, words []string) {
	for _, c := range columns[t] {
		before, after := strings.TrimSpace(then[c.Key]), strings.TrimSpace(now[c.Key])
		reason := t == TargetsTable && (c.Key == "reason" || c.Key == "legal_basis")
		if before == after || reason || t == VersionTable && c.Key == "version" {
			continue
		}
		keys = append(keys, c.Key)
		words = append(words, strings.ToLower(c.Label)+" "+shown(before)+" → "+shown(after))
	}
	return keys, words
}

// shown is a value in a difference: short, and visible when it is empty.
func shown(value string) string {
	if value == "" {
		return "(kosong)"
	}
	if strings.ContainsAny(value, " \n") || len(value) > 20 {
		return quote(strings.Join(strings.Fields(value), " "))
	}
	return value
}
