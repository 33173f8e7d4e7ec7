package server

import (
	"slices"
	"strings"
	"testing"
)

func TestAbbreviationsAreFoundAsWordsOnly(t *testing.T) {
	t.Parallel()
	got := shortFormsIn("LKPJ disampaikan kepada DPRD", "SKALA dan (SIAK), SIAK")
	want := []string{"DPRD", "LKPJ", "SIAK"}
	var short []string
	for _, s := range got {
		short = append(short, s.Short)
	}
	if !slices.Equal(short, want) {
		t.Errorf("found %v, want %v", short, want)
	}
	if !slices.IsSortedFunc(shortForms, func(a, b shortForm) int { return strings.Compare(a.Short, b.Short) }) {
		t.Error("the list is not in order of the alphabet")
	}
}
