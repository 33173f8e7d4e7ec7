package scorecard

import (
	"encoding/binary"
	"errors"

	"petajalan/internal/scoring"
)

var errNumeric = errors.New("a numeric is not in PostgreSQL's binary form, or not finite")

// readNumeric reads what PostgreSQL sends for a numeric in binary form: how many digits to
// the base 10000, the power of the first, the sign, how many decimals are shown, and the
// digits. It is false for null.
func readNumeric(b []byte) (x scoring.Ratio, there bool, err error) {
	if b == nil {
		return x, false, nil
	}
	if len(b) < 8 || len(b) != 8+2*int(binary.BigEndian.Uint16(b)) {
		return x, false, errNumeric
	}
	digits := (len(b) - 8) / 2
	power := int(int16(binary.BigEndian.Uint16(b[2:]))) //nolint:gosec // it is signed
	sign := binary.BigEndian.Uint16(b[4:])
	if sign != 0 && sign != 0x4000 {
		return x, false, errNumeric
	}
	if decimals := 4 * (digits - 1 - power); digits <= 4 && decimals >= 0 && decimals <= 16 {
		v := int64(0) // at most 16 digits to the base 10
		for i := range digits {
			v = v*10000 + int64(binary.BigEndian.Uint16(b[8+2*i:]))
		}
		x = scoring.Scale(v, decimals)
	} else {
		base := scoring.Scale(10000, 0)
		for i := range digits {
			x = x.Mul(base).Add(scoring.Scale(int64(binary.BigEndian.Uint16(b[8+2*i:])), 0))
		}
		for range power - digits + 1 {
			x = x.Mul(base)
		}
		for range digits - 1 - power {
			x = x.Quo(base)
		}
	}
	if sign != 0 {
		x = x.Neg()
	}
	return x, true, nil
}
