package scoring

import (
	"fmt"
	"regexp"
	"strconv"
)

// Period (triwulan) is one quarter of a year. Its zero value is no period.
type Period struct {
	Year    int
	Quarter int // 1 to 4
}

var periodPattern = regexp.MustCompile(`^(20[0-9]{2})-TW([1-4])$`)

// ParsePeriod reads a period written as "2026-TW3".
func ParsePeriod(s string) (Period, error) {
	m := periodPattern.FindStringSubmatch(s)
	if m == nil {
		return Period{}, fmt.Errorf("period %q is not written like 2026-TW3", s)
	}
	year, err := strconv.Atoi(m[1])
	if err != nil {
		return Period{}, fmt.Errorf("period %q: %w", s, err)
	}
	return Period{Year: year, Quarter: int(m[2][0] - '0')}, nil
}

// String returns the period as it stands in addresses and data: "2026-TW3".
func (p Period) String() string { return fmt.Sprintf("%d-TW%d", p.Year, p.Quarter) }

// Words returns the period as it stands within a sentence: "triwulan III 2026".
func (p Period) Words() string {
	return fmt.Sprintf("triwulan %s %d", [...]string{"", "I", "II", "III", "IV"}[p.Quarter], p.Year)
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p == Period{} }

// Next returns the quarter after p.
func (p Period) Next() Period { return periodAt(p.index() + 1) }

// Previous returns the quarter before p.
func (p Period) Previous() Period { return periodAt(p.index() - 1) }

// Before reports whether p is earlier than q.
func (p Period) Before(q Period) bool { return p.index() < q.index() }

// Compare returns -1, 0 or +1 as p is earlier than q, the same, or later.
func (p Period) Compare(q Period) int {
	switch i, j := p.index(), q.index(); {
	case i < j:
		return -1
	case i > j:
		return 1
	}
	return 0
}

// Since returns by how many quarters p is later than q; negative when it is earlier.
func (p Period) Since(q Period) int { return p.index() - q.index() }

func (p Period) index() int { return p.Year*4 + p.Quarter - 1 }

func periodAt(i int) Period { return Period{Year: i / 4, Quarter: i%4 + 1} }

// PeriodsTo returns all quarters from first to last, both included; none when last is earlier.
func PeriodsTo(first, last Period) []Period {
	var ps []Period
	for p := first; !last.Before(p); p = p.Next() {
		ps = append(ps, p)
	}
	return ps
}

// MarshalText writes the period as String does.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Period) UnmarshalText(b []byte) error {
	q, err := ParsePeriod(string(b))
	if err != nil {
		return err
	}
	*p = q
	return nil
}
