package scorecard_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"petajalan/internal/scorecard"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	t.Run("AgreesWithAnIndependentWriter", func(t *testing.T) {
		t.Parallel()
		type inner struct {
			Zeta  string         `json:"zeta"`
			Alpha *string        `json:"alpha"`
			Map   map[string]int `json:"map"`
			List  []string       `json:"list"`
			Flag  bool           `json:"flag"`
			Count int            `json:"a_count"`
		}
		rapid.Check(t, func(t *rapid.T) {
			v := inner{
				Zeta:  rapid.String().Draw(t, "zeta"),
				Map:   rapid.MapOf(rapid.StringMatching(`[a-zA-Z0-9_]*`), rapid.IntRange(-1e9, 1e9)).Draw(t, "map"),
				List:  rapid.SliceOf(rapid.String()).Draw(t, "list"),
				Flag:  rapid.Bool().Draw(t, "flag"),
				Count: rapid.IntRange(-1<<52, 1<<52).Draw(t, "count"),
			}
			got, err := scorecard.Canonical(v)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			want, err := jcs.Transform(plain)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("Canonical = %s, want %s", got, want)
			}
		})
	})
	t.Run("RefusesFloatsAndBrokenText", func(t *testing.T) {
		t.Parallel()
		for _, v := range []any{
			struct {
				X float64 `json:"x"`
			}{1.5},
			struct {
				X string `json:"x"`
			}{"\xff"},
			struct {
				X int `json:"x"`
			}{1 << 60},
		} {
			if got, err := scorecard.Canonical(v); err == nil {
				t.Errorf("Canonical(%v) = %s, want an error", v, got)
			}
		}
	})
}
