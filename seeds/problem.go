package seeds

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"petajalan/internal/roadmap"
)

// Problem is one mistake in a file: where it is, what is wrong and how to put it
// right, both in plain Indonesian without a full stop.
type Problem struct {
	File string
	Line int // from 1; 0 when the whole file is meant
	What string
	Fix  string
}

// String returns the problem as a sentence or two for whoever edits the file.
func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s baris %d", p.File, p.Line)
	}
	return fmt.Sprintf("%s: %s. %s.", where, p.What, p.Fix)
}

// Problems are all mistakes found in the files, by file and line. Load returns
// them as its error, having written nothing.
type Problems []Problem

// shownProblems is how many problems Error tells; the rest is only counted.
const shownProblems = 200

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "berkas data ditolak, tidak ada yang disimpan; %d kesalahan:", len(ps))
	for i, p := range ps {
		if i == shownProblems {
			fmt.Fprintf(&b, "\n… dan %d kesalahan lain.", len(ps)-shownProblems)
			break
		}
		b.WriteString("\n" + p.String())
	}
	return b.String()
}

// add notes a problem; the last words of what and fix need no full stop.
func (ps *Problems) add(file string, line int, what, fix string) {
	*ps = append(*ps, Problem{File: file, Line: line, What: what, Fix: fix})
}

// sorted returns the problems by file and line, each once, or nil as an error
// when there are none.
func (ps Problems) sorted() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(ps)
}

// quote puts text from a file between quotation marks, short and printable.
func quote(s string) string { return roadmap.Quote(s) }
