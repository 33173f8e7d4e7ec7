package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Tx is a transaction that can also do what database/sql cannot: copy rows in
// and stream rows out over the connection it holds. It is for work on many
// rows; a request's few statements need only db.RunInTx.
type Tx struct {
	bun.Tx
	conn bun.Conn
}

// acquireTimeout is how long anybody waits for a connection of a pool.
const acquireTimeout = 2 * time.Second

// Acquire takes a connection out of the pool, which the caller closes to give it back.
// When none is free within two seconds the error is one that IsUnavailable knows, so
// that a full pool answers soon instead of collecting requests. ctx bounds the wait
// too, but not what is done with the connection.
func Acquire(ctx context.Context, db *bun.DB) (bun.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	conn, err := db.Conn(ctx)
	if err != nil {
		return bun.Conn{}, fmt.Errorf("take a connection: %w", err)
	}
	return conn, nil
}

// InTx runs f in one transaction. An error of f, or a panic in it, rolls back;
// the panic goes on. Isolation and read-only come from opts; nil means read
// committed. It waits for a connection as Acquire does. f must not keep the Tx.
func InTx(ctx context.Context, db *bun.DB, opts *sql.TxOptions, f func(context.Context, Tx) error) (err error) {
	conn, err := Acquire(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.RunInTx(ctx, opts, func(ctx context.Context, tx bun.Tx) error {
		return f(ctx, Tx{Tx: tx, conn: conn})
	})
}

// CopyFrom writes rows with COPY in binary form and returns how many. A table
// of another schema is written "schema.table". Nothing is quoted on the way,
// so values keep their exact digits. A source must not use the Tx.
func (tx Tx) CopyFrom(ctx context.Context, table string, columns []string, src pgx.CopyFromSource) (int64, error) {
	var n int64
	err := tx.raw(func(conn *pgx.Conn) (err error) {
		n, err = conn.CopyFrom(ctx, pgx.Identifier(strings.Split(table, ".")), columns, src)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("copy into %s: %w", table, err)
	}
	return n, nil
}

// Stream runs one query and hands its rows to each, which loops over Next and
// Scan. Arguments are $1, $2, … (not bun's question marks) and may be arrays.
// Values come in binary form where pgx knows the type, straight from pgx:
// numeric scans into pgtype.Numeric or a pgtype.NumericScanner, int[] into
// []int32, text into string; nothing is held back in memory. each must not use
// the Tx, whose connection is busy until Stream returns. rows.Err is checked,
// rows are closed.
func (tx Tx) Stream(ctx context.Context, query string, args []any, each func(pgx.Rows) error) error {
	return tx.raw(func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, append([]any{pgx.QueryExecModeDescribeExec}, args...)...)
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := each(rows); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	})
}

// raw gives f the connection of pgx under the transaction.
func (tx Tx) raw(f func(*pgx.Conn) error) error {
	return tx.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*guardedConn)
		if !ok {
			return fmt.Errorf("the connection is a %T, not one that Open made", driverConn)
		}
		plain := c.Conn.Conn()
		// A canceled context has rolled back already; a copy would then stand alone.
		if plain.IsClosed() || plain.PgConn().TxStatus() == 'I' {
			return sql.ErrTxDone
		}
		return c.seen(f(plain))
	})
}
