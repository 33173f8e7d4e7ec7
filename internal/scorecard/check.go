package scorecard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"petajalan/internal/scoring"
)

// Checked is a publication whose bytes were recomputed and found right.
type Checked struct {
	Number       int
	Period       scoring.Period
	SHA256       string // of the bytes
	Status       string // contoh, rancangan, resmi
	Demo         bool
	Achievements int // all records
	Scored       int // of them scored, so recomputed
	Scores       int // all roll-ups, of all levels and periods
}

// Check recomputes a publication from its bytes alone: their canonical form, then every
// value and target to date from the reports and targets in it, every achievement, and every
// score. It is a second implementation, written after the rules and without the engine, in
// exact fractions of any size; so a mistake in one of the two shows. What it needs of the
// outside world is nothing: it works on a downloaded file, years later, on another machine.
//
// It returns a *Mismatch for the first thing that is not as published, and another error
// for bytes that are no publication.
func Check(content []byte) (*Checked, error) {
	c, err := parse(content)
	if err != nil {
		return nil, err
	}
	k := &checker{c: c, by: map[string]*Achievement{}, figures: map[*Achievement]figure{}}
	for _, step := range []func() error{k.rules, k.index, k.achievements, k.scores} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	hash := sha256.Sum256(content)
	return &Checked{
		Number: c.Number, Period: c.Period, SHA256: hex.EncodeToString(hash[:]), Status: c.Status, Demo: c.Demo,
		Achievements: len(c.Achievements), Scored: len(k.figures), Scores: len(c.Scores),
	}, nil
}

// parse reads the bytes of a publication and holds them against their canonical form.
func parse(content []byte) (*Content, error) {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, errors.New("the file is empty")
	}
	var head struct {
		Format string `json:"format"`
	}
	if err := json.Unmarshal(content, &head); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, fmt.Errorf("the file is no JSON or is cut off, at byte %d: %w", syntax.Offset, err)
		}
		return nil, fmt.Errorf("the file is no publication: %w", err)
	}
	switch {
	case head.Format == "":
		return nil, errors.New("the file is no publication: it does not name its format; take /terbitan/N.json")
	case head.Format != format:
		return nil, fmt.Errorf("the format of the file is %q, this program knows %q", head.Format, format)
	}
	c := &Content{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, fmt.Errorf("the file is no publication: %w", err)
	}
	again, err := Canonical(c)
	if err != nil {
		return nil, fmt.Errorf("the file is no publication: %w", err)
	}
	if !bytes.Equal(again, content) {
		return nil, &Mismatch{c.Number, "the bytes are not the canonical JSON of their own values" + firstDifference(content, again)}
	}
	return c, nil
}

// firstDifference says where the bytes leave their canonical form.
func firstDifference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	around := func(b []byte) string { return string(b[max(0, min(i, len(b))-20):min(len(b), i+20)]) }
	return fmt.Sprintf(": byte %d, %q where %q is expected", i, around(got), around(want))
}

// checker is one publication being recomputed.
type checker struct {
	c              *Content
	floor, ceiling *big.Rat
	bands          []checkBand
	by             map[string]*Achievement
	targets        map[string][]*Target // revisions by agency, indicator and year, oldest first
	figures        map[*Achievement]figure
}

// figure is a scored achievement in exact fractions, held between floor and cap.
type figure struct {
	now   *big.Rat
	first *big.Rat // nil where there is no first promise
}

type checkBand struct {
	from *big.Rat // nil for the lowest
	code string
}

func (k *checker) differs(where string, args ...any) error {
	return &Mismatch{k.c.Number, fmt.Sprintf(where, args...)}
}

// rules reads what the roll-ups need of the rule set.
func (k *checker) rules() error {
	var err error
	m := &k.c.Method
	if k.floor, err = exactly(&m.Floor); err != nil {
		return k.differs("method %s: floor: %v", m.ID, err)
	}
	if k.ceiling, err = exactly(&m.Cap); err != nil {
		return k.differs("method %s: cap: %v", m.ID, err)
	}
	for _, b := range m.Bands {
		from, err := exactly(b.From)
		if err != nil {
			return k.differs("method %s: band %s: %v", m.ID, b.Rating, err)
		}
		k.bands = append(k.bands, checkBand{from, b.Rating})
	}
	if len(k.bands) == 0 || k.bands[len(k.bands)-1].from != nil {
		return k.differs("method %s: the bands do not cover the line", m.ID)
	}
	sum := new(big.Rat)
	for _, g := range k.c.Goals {
		w, err := exactly(&g.Weight)
		if err != nil {
			return k.differs("goal %s: weight: %v", g.Code, err)
		}
		sum = add(sum, w)
	}
	if sum.Cmp(ratHundred) != 0 {
		return k.differs("the weights of the goals sum to %s, not to 100", plainText(sum))
	}
	return nil
}

// rating is the band of a figure as it is shown.
func (k *checker) rating(shown string) string {
	x, _ := new(big.Rat).SetString(shown)
	for _, b := range k.bands {
		if b.from == nil || x.Cmp(b.from) >= 0 {
			return b.code
		}
	}
	return ""
}

// index finds the records again, and refuses those that stand twice.
func (k *checker) index() error {
	for i := range k.c.Achievements {
		a := &k.c.Achievements[i]
		key := recordKey(a.Agency, a.Indicator, a.Period)
		if k.by[key] != nil {
			return k.differs("%s: it stands twice", k.name(a))
		}
		k.by[key] = a
	}
	k.targets = map[string][]*Target{}
	for i := range k.c.Targets {
		t := &k.c.Targets[i]
		key := targetKey(t.Agency, t.Indicator, t.Year)
		if n := len(k.targets[key]); n > 0 && k.targets[key][n-1].Revision >= t.Revision {
			return k.differs("target of %s for %s in %d: revision %d is out of order", t.Indicator, t.Agency, t.Year, t.Revision)
		}
		k.targets[key] = append(k.targets[key], t)
	}
	return nil
}

func recordKey(agency, indicator string, p scoring.Period) string {
	return agency + "/" + indicator + "/" + p.String()
}

func targetKey(agency, indicator string, year int) string {
	return fmt.Sprintf("%s/%s/%d", agency, indicator, year)
}

// name says which achievement it is.
func (k *checker) name(a *Achievement) string {
	return fmt.Sprintf("achievement of %s for %s in %s", a.Indicator, a.Agency, a.Period)
}

// exactly reads a decimal of a publication; nil for null.
func exactly(s *string) (*big.Rat, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // null is a value here
	}
	if !isDecimal(*s) {
		return nil, fmt.Errorf("%q is no decimal number", *s)
	}
	r, _ := new(big.Rat).SetString(*s)
	return r, nil
}

// decimalLength bounds the digits of a number in a publication.
const decimalLength = 100

func isDecimal(s string) bool {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return len(s) <= decimalLength && digits(whole) && (!point || digits(fraction))
}

// inHundredths is a figure as it is shown.
func inHundredths(x *big.Rat) string { return rounded(x, 2) }

// figureWords is a figure of a message; nothing is called so.
func figureWords(s *string) string {
	if s == nil {
		return "nothing"
	}
	return *s
}
