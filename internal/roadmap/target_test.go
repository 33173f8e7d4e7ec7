package roadmap_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/govalues/decimal"
	"pgregory.net/rapid"

	"petajalan/internal/roadmap"
)

func weights(texts ...string) []roadmap.RelativeWeight {
	var ws []roadmap.RelativeWeight
	for i, text := range texts {
		ws = append(ws, roadmap.RelativeWeight{Indicator: fmt.Sprintf("I-%02d", i), Weight: decimal.MustParse(text)})
	}
	return ws
}

func TestWeightsBecomeSharesOfAHundred(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		weights, want []string
	}{
		{[]string{"7"}, []string{"100.00"}},
		{[]string{"1", "1", "1"}, []string{"33.34", "33.33", "33.33"}}, // the first code gets what is left
		{[]string{"1", "1", "1", "1", "1", "1"}, []string{"16.67", "16.67", "16.67", "16.67", "16.66", "16.66"}},
		{[]string{"0.5", "0.25", "0.25"}, []string{"50.00", "25.00", "25.00"}},
		{[]string{"1", "2"}, []string{"33.33", "66.67"}}, // the larger remainder, not the first code
	} {
		got := roadmap.NormalizeWeights(weights(tt.weights...))
		for i, want := range tt.want {
			if got[i].String() != want {
				t.Errorf("%v became %v, want %v", tt.weights, got, tt.want)
				break
			}
		}
	}
	if got := roadmap.NormalizeWeights(nil); len(got) != 0 {
		t.Errorf("no weights became %v", got)
	}
}

func TestSharesSumToAHundredInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		ws := make([]roadmap.RelativeWeight, n)
		for i := range ws {
			coef := rapid.Int64Range(1, 1_000_000_0000).Draw(t, "weight")
			ws[i] = roadmap.RelativeWeight{Indicator: fmt.Sprintf("I-%02d", i), Weight: decimal.MustNew(coef, rapid.IntRange(0, 4).Draw(t, "scale"))}
		}
		shares := roadmap.NormalizeWeights(ws)
		sum := decimal.Zero
		byCode := map[string]decimal.Decimal{}
		for i, share := range shares {
			var err error
			if sum, err = sum.Add(share); err != nil {
				t.Fatal(err)
			}
			if share.IsNeg() || share.Scale() != 2 {
				t.Fatalf("share %v of %v", share, ws[i].Weight)
			}
			byCode[ws[i].Indicator] = share
		}
		if !sum.Equal(decimal.Hundred) {
			t.Fatalf("shares %v sum to %v", shares, sum)
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(n, func(i, j int) { ws[i], ws[j] = ws[j], ws[i] })
		for i, share := range roadmap.NormalizeWeights(ws) {
			if !share.Equal(byCode[ws[i].Indicator]) {
				t.Fatalf("%s has %v in another order, had %v", ws[i].Indicator, share, byCode[ws[i].Indicator])
			}
		}
	})
}
