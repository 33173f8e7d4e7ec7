package scoring

import (
	"errors"
	"fmt"

	"github.com/govalues/decimal"
)

// Band is a half-open interval of a scale, from From up to the From of the band above.
type Band struct {
	From decimal.Decimal // inclusive; means nothing in the lowest band
	Code string
}

// Rules is what a rule set says: the cap of the roll-up and the bands of figures. It is
// data, with validity dates kept elsewhere.
type Rules struct {
	cap   Ratio
	bands []Band  // highest first
	from  []int64 // lower bounds of bands in hundredths; the last means nothing
	words []Band
	wFrom []int64
}

// NewRules checks and returns a rule set. The cap is at least 100; bands and words are
// given highest first and cover the line, because the lowest takes everything below the
// one above it.
func NewRules(ceiling decimal.Decimal, bands, words []Band) (*Rules, error) {
	if ceiling.Cmp(decimal.Hundred) < 0 {
		return nil, fmt.Errorf("cap %s is below 100", ceiling)
	}
	r := &Rules{cap: RatioOf(ceiling), bands: bands, words: words}
	var err error
	if r.from, err = bounds(bands); err != nil {
		return nil, fmt.Errorf("bands: %w", err)
	}
	if r.wFrom, err = bounds(words); err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	return r, nil
}

func bounds(bands []Band) ([]int64, error) {
	if len(bands) == 0 {
		return nil, errors.New("there are none")
	}
	from := make([]int64, len(bands))
	for i, b := range bands[:len(bands)-1] {
		if b.From.Scale() > 2 && b.From.Trim(0).Scale() > 2 {
			return nil, fmt.Errorf("bound %s of %s has more than 2 decimals", b.From, b.Code)
		}
		v, big := RatioOf(b.From).Scaled(2)
		if big != nil || (i > 0 && v >= from[i-1]) {
			return nil, fmt.Errorf("bound %s of %s is not below the one above it", b.From, b.Code)
		}
		from[i] = v
	}
	return from, nil
}

// Cap returns the highest figure that enters a roll-up.
func (r *Rules) Cap() Ratio { return r.cap }

// Rating returns the code of the band a figure is in, given in hundredths as it is shown.
func (r *Rules) Rating(hundredths int64) string { return bandOf(r.bands, r.from, hundredths) }

// Word returns the code of the word for one target, from its raw figure in hundredths as shown.
func (r *Rules) Word(hundredths int64) string { return bandOf(r.words, r.wFrom, hundredths) }

func bandOf(bands []Band, from []int64, v int64) string {
	last := len(bands) - 1
	for i := range last {
		if v >= from[i] {
			return bands[i].Code
		}
	}
	return bands[last].Code
}

// clamp holds a raw figure between 0 and the cap.
func (r *Rules) clamp(raw Ratio) Ratio {
	switch {
	case raw.Sign() < 0:
		return Ratio{}
	case raw.Cmp(r.cap) > 0:
		return r.cap
	}
	return raw
}
