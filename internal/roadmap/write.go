package roadmap

import (
	"context"
	"strings"

	"github.com/uptrace/bun"
)

// upsert writes rows in one statement. A row whose key exists is updated in the columns, unless it says the same already.
// It returns how many rows were new or different.
func upsert[T any](ctx context.Context, db bun.IDB, rows []T, table, key string, columns ...string) (int, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	set, now, next := make([]string, len(columns)), make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		now[i], next[i] = table+"."+c, "EXCLUDED."+c
		set[i] = c + " = " + next[i]
	}
	result, err := db.NewInsert().Model(&rows).ModelTableExpr(table).
		On("CONFLICT (" + key + ") DO UPDATE").
		Set(strings.Join(set, ", ")).
		Where("(" + strings.Join(now, ", ") + ") IS DISTINCT FROM (" + strings.Join(next, ", ") + ")").
		Returning("NULL").
		Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
