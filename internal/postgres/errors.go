package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLState is the five-character code of a PostgreSQL error in err's chain, or
// "" when the server did not say one.
func SQLState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// Violates says whether err is the violation of the constraint of that name.
func Violates(err error, constraint string) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.ConstraintName == constraint && strings.HasPrefix(e.Code, "23")
}

// NoRows says whether err means that a query for one row found none.
func NoRows(err error) bool {
	return errors.Is(err, sql.ErrNoRows) // pgx.ErrNoRows is one too
}

// IsUnavailable says whether err means that the database cannot be reached or
// cannot work for now, so that the same request may succeed later: connection
// refused or lost, server starting or stopping, too many connections, disk
// full, a standby after a failover, or a deadline that passed while waiting.
// A write that was under way when the connection was lost may have happened.
func IsUnavailable(err error) bool {
	if err == nil {
		return false
	}
	switch state := SQLState(err); {
	case state == "57P01", state == "57P02", state == "57P03", // stopping, crashed, starting
		state == sqlstateReadOnly,
		strings.HasPrefix(state, "08"), // connection exceptions
		strings.HasPrefix(state, "53"): // too many connections, disk full, out of memory
		return true
	case state != "":
		return false // it answered
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, pgconn.ErrConnClosed)
}
