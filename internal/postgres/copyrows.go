package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// CopyRows is CopyFrom for very many rows: next puts each row straight into PostgreSQL's
// binary form and returns false after the last one. It must not use the Tx, and it is
// called from another goroutine. The types of the values must be those of the columns.
func (tx Tx) CopyRows(ctx context.Context, table string, columns []string, next func(*Row) (bool, error)) (int64, error) {
	var names []string
	for _, c := range columns {
		names = append(names, pgx.Identifier{c}.Sanitize())
	}
	statement := fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", pgx.Identifier(strings.Split(table, ".")).Sanitize(), strings.Join(names, ", "))
	var n int64
	err := tx.raw(func(conn *pgx.Conn) error {
		tag, err := conn.PgConn().CopyFrom(ctx, &rowReader{next: next, columns: len(columns)}, statement)
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("copy into %s: %w", table, err)
	}
	return n, nil
}

// Row takes the values of a row in the order of its columns.
type Row struct {
	buf []byte
	n   int
}

// Null adds no value, for a column of any type.
func (r *Row) Null() { r.value(-1) }

// Int adds a value of type int.
func (r *Row) Int(v int32) {
	r.value(4)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(v)) //nolint:gosec // as two's complement
}

// Bigint adds a value of type bigint.
func (r *Row) Bigint(v int64) {
	r.value(8)
	r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(v)) //nolint:gosec // as two's complement
}

// Text adds a value of type text.
func (r *Row) Text(s string) {
	r.value(len(s))
	r.buf = append(r.buf, s...)
}

// Bytes adds a value of type bytea.
func (r *Row) Bytes(b []byte) {
	r.value(len(b))
	r.buf = append(r.buf, b...)
}

// JSONB adds JSON as a value of type jsonb.
func (r *Row) JSONB(text []byte) {
	r.value(1 + len(text))
	r.buf = append(append(r.buf, 1), text...) // 1 is the version of the form
}

// Numeric adds v/10^places as a value of type numeric with that many decimals, at most 16.
func (r *Row) Numeric(v int64, places int) {
	u := uint64(v) //nolint:gosec // as two's complement
	sign := uint16(0)
	if v < 0 {
		u, sign = -u, 0x4000
	}
	// Digits to the base 10000, last first: those of the decimals, then the whole ones.
	var digits [9]uint16
	n, groups := 0, (places+3)/4
	unit := tens[places]
	part := u % unit * tens[groups*4-places]
	for range groups {
		digits[n], part = uint16(part%10000), part/10000
		n++
	}
	for whole := u / unit; whole > 0; whole /= 10000 {
		digits[n] = uint16(whole % 10000)
		n++
	}
	power := n - groups - 1 // of the first digit
	for n > 0 && digits[n-1] == 0 {
		n, power = n-1, power-1
	}
	last := 0
	for last < n && digits[last] == 0 {
		last++
	}
	if n == 0 {
		power = 0
	}
	r.value(8 + 2*(n-last))
	for _, head := range [4]uint16{uint16(n - last), uint16(power), sign, uint16(places)} { //nolint:gosec // small; the power as two's complement
		r.buf = binary.BigEndian.AppendUint16(r.buf, head)
	}
	for n--; n >= last; n-- {
		r.buf = binary.BigEndian.AppendUint16(r.buf, digits[n])
	}
}

var tens = func() (p [17]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

// BigNumeric adds a numeric of any size.
func (r *Row) BigNumeric(v pgtype.Numeric) error {
	start := len(r.buf)
	r.value(0)
	b, err := pgtype.NumericCodec{}.PlanEncode(nil, pgtype.NumericOID, pgtype.BinaryFormatCode, v).Encode(v, r.buf)
	if err != nil {
		return err
	}
	r.buf = b
	binary.BigEndian.PutUint32(r.buf[start:], uint32(len(b)-start-4)) //nolint:gosec // bounded by the type
	return nil
}

// value begins a value of that many bytes.
func (r *Row) value(size int) {
	r.n++
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(size)) //nolint:gosec // -1 is null
}

// rowReader is the stream of a binary COPY.
type rowReader struct {
	row     Row
	next    func(*Row) (bool, error)
	columns int
	off     int // what of row.buf was read
	begun   bool
	ended   bool
}

const copyChunk = 1 << 16

func (c *rowReader) Read(p []byte) (int, error) {
	if c.off == len(c.row.buf) {
		if c.ended {
			return 0, io.EOF
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.row.buf[c.off:])
	c.off += n
	return n, nil
}

// fill puts the next rows into the buffer.
func (c *rowReader) fill() error {
	c.off, c.row.buf = 0, c.row.buf[:0]
	if !c.begun {
		c.begun = true
		c.row.buf = append(c.row.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	}
	for len(c.row.buf) < copyChunk {
		start := len(c.row.buf)
		c.row.n = 0
		c.row.buf = binary.BigEndian.AppendUint16(c.row.buf, uint16(c.columns)) //nolint:gosec // a table has few columns
		more, err := c.next(&c.row)
		if err != nil {
			return err
		}
		if !more {
			c.ended = true
			c.row.buf = binary.BigEndian.AppendUint16(c.row.buf[:start], math.MaxUint16)
			return nil
		}
		if c.row.n != c.columns {
			return fmt.Errorf("a row has %d values for %d columns", c.row.n, c.columns)
		}
	}
	return nil
}
