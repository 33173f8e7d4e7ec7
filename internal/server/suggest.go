package server

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// suggestion is something whose name is near to what was asked for.
type suggestion struct {
	Name, Detail, Href string
}

// suggestionsShown bounds how many are offered: more would be a list, not an answer.
const suggestionsShown = 3

// beginning is how many letters of a name are enough to tell it by.
const beginning = 4

// wordLength is how many characters of a misspelt text are compared; the rest of a longer
// one is not read.
const wordLength = 60

// nearest suggests what may have been meant by text that names nothing: the things whose
// whole name is close, or else the same text with its words put right, as a search. It is
// empty when nothing is close.
func nearest(e *edition, groups []hitGroup, text string) []suggestion {
	folded := fold(shorten(text, wordLength))
	if folded == "" {
		return nil
	}
	if near := nearestNames(groups, folded); len(near) > 0 {
		return near
	}
	if words := correct(groups, strings.Fields(folded)); words != "" {
		return []suggestion{{Name: words, Href: e.Link("/cari?q=" + url.QueryEscape(words))}}
	}
	return nil
}

// nearestNames are the things whose name is near to a folded text, the nearest first.
func nearestNames(groups []hitGroup, folded string) []suggestion {
	type candidate struct {
		suggestion
		far int
	}
	var found []candidate
	for _, g := range groups {
		for _, h := range g.Hits {
			best := -1
			for _, name := range h.names {
				d := distance(folded, name, slack(folded))
				if len(folded) >= beginning && strings.HasPrefix(name, folded) {
					d = 0 // not finished, rather than wrong
				}
				if d >= 0 && (best < 0 || d < best) {
					best = d
				}
			}
			if best >= 0 {
				found = append(found, candidate{suggestion{h.Name, h.Detail, h.Href}, best})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.far, b.far) })
	var near []suggestion
	for _, c := range found[:min(len(found), suggestionsShown)] {
		near = append(near, c.suggestion)
	}
	return near
}

// correct replaces each word that occurs nowhere by the nearest that does; empty when a word
// has none near, or when no word needed it.
func correct(groups []hitGroup, words []string) string {
	changed := false
	right := make([]string, len(words))
	for i, word := range words {
		nearest, far := "", slack(word)+1
		for _, g := range groups {
			for _, h := range g.Hits {
				for known := range strings.FieldsSeq(h.words) {
					if strings.HasPrefix(known, word) {
						nearest, far = word, 0
						continue
					}
					if d := distance(word, known, far-1); far > 0 && d >= 0 {
						nearest, far = known, d
					}
				}
			}
		}
		if nearest == "" {
			return ""
		}
		right[i] = nearest
		changed = changed || nearest != word
	}
	if !changed {
		return ""
	}
	return strings.Join(right, " ")
}

// slack is how many mistakes are forgiven in a word or name of this length.
func slack(text string) int {
	n := len([]rune(text))
	if n < 3 {
		return 0
	}
	return min(n/3, 3)
}

// distance counts the characters that must be put in, taken out, changed or swapped with
// their neighbour to make b of a; -1 where that is more than limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if limit < 0 || max(len(x)-len(y), len(y)-len(x)) > limit {
		return -1
	}
	before, above, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		least := row[0]
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return -1
		}
		before, above, row = above, row, before
	}
	if above[len(y)] > limit {
		return -1
	}
	return above[len(y)]
}

// namedPages are the pages that have one address each, by their names in menus.
func namedPages(e *edition) hitGroup {
	g := hitGroup{Name: "Halaman"}
	p := Page{Edition: e}
	for _, item := range slices.Concat(p.Menu(), p.FootLinks()) {
		path, _, _ := strings.Cut(item.Href, "?")
		names := []string{fold(item.Name), fold(path)}
		g.Hits = append(g.Hits, hit{Name: item.Name, Href: item.Href, names: names, words: strings.Join(names, " ")})
	}
	return g
}

// goalsNamed are the goals, by code and name.
func goalsNamed(e *edition) hitGroup {
	g := hitGroup{Name: "Tujuan"}
	for i := range e.Goals {
		names := []string{fold(e.Goals[i].Code), fold(e.Goals[i].Name)}
		g.Hits = append(g.Hits, hit{Name: e.Goals[i].Name, Href: e.Link("/tujuan/" + e.Goals[i].Code), names: names, words: strings.Join(names, " ")})
	}
	return g
}
