package formula_test

import (
	"testing"

	"petajalan/internal/formula"
)

func TestTextsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"=1+1", "+62 812", "-5", "@SUM", "\t=1", "\r=1", "\n=1", "'=1", "''=1"} {
		got := formula.Guard(text)
		if got != "'"+text {
			t.Errorf("Guard(%q) = %q", text, got)
		}
		if back := formula.Unguard(got); back != text {
			t.Errorf("Unguard(%q) = %q", got, back)
		}
	}
	for _, text := range []string{"", "biasa", "a=1", "'kutip'", "1-2", "'"} {
		if got := formula.Guard(text); got != text {
			t.Errorf("Guard(%q) = %q", text, got)
		}
		if got := formula.Unguard(text); got != text {
			t.Errorf("Unguard(%q) = %q", text, got)
		}
	}
}
