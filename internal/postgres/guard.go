package postgres

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// sqlstateReadOnly is what a server answers to a write when it is a standby,
// as the old primary is after a failover.
const sqlstateReadOnly = "25006"

// guard makes connections that carry out one statement at a time. pgx sends a
// statement without arguments by the simple protocol, which carries out
// everything between the semicolons; and with bun there are never arguments.
type guard struct {
	driver.Connector
}

// Connect opens a guarded connection.
func (g guard) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := g.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	plain, ok := c.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("guard a connection of type %T: it is not pgx's", c)
	}
	return &guardedConn{Conn: plain}, nil
}

// guardedConn is pgx's connection for database/sql with two differences: a
// second statement after a semicolon is refused (SQLSTATE 42601), and a
// connection that has met a read-only server is not used again.
type guardedConn struct {
	*stdlib.Conn
	readOnly bool // the server refused a write as a standby does
}

// ExecContext runs one statement by the extended protocol.
func (c *guardedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) > 0 {
		result, err := c.Conn.ExecContext(ctx, query, args)
		return result, c.seen(err)
	}
	plain := c.Conn.Conn()
	if plain.IsClosed() {
		return nil, driver.ErrBadConn
	}
	rows, err := plain.Query(ctx, query, pgx.QueryExecModeExec)
	if err == nil {
		rows.Close()
		err = rows.Err()
	}
	if err != nil {
		if pgconn.SafeToRetry(err) {
			return nil, driver.ErrBadConn // nothing was sent: database/sql may try another connection
		}
		return nil, c.seen(err)
	}
	return driver.RowsAffected(rows.CommandTag().RowsAffected()), nil
}

// QueryContext runs one query; pgx uses the extended protocol here by itself.
func (c *guardedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.QueryContext(ctx, query, args)
	return rows, c.seen(err)
}

// IsValid says whether database/sql may put the connection back.
func (c *guardedConn) IsValid() bool { return !c.readOnly }

// seen remembers an error that makes the connection useless.
func (c *guardedConn) seen(err error) error {
	if SQLState(err) == sqlstateReadOnly {
		c.readOnly = true
	}
	return err
}
