package account

import (
	"encoding/json"
	"fmt"
	"time"
)

// appointments reads the roles of a user from one JSON column, so that a user and
// the roles come in one query.
type appointments []Appointment

// rolesOf is the SQL of that column for users u, with the rows of user_roles r for
// which the condition holds.
func rolesOf(condition string) string {
	return `(SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'role', r.role, 'agency', coalesce(r.agency_code, ''),
			'acting', r.acting, 'from', r.valid_from, 'to', coalesce(r.valid_to::text, '')) ORDER BY r.id), '[]')
		FROM user_roles r WHERE r.user_id = u.id AND ` + condition + `)`
}

// Scan implements sql.Scanner.
func (as *appointments) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case []byte:
		text = v
	case string:
		text = []byte(v)
	default:
		return fmt.Errorf("appointments come as JSON, not as %T", src)
	}
	var rows []struct {
		ID       int64
		Role     Role
		Agency   string
		Acting   bool
		From, To string
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		return fmt.Errorf("read appointments: %w", err)
	}
	*as = make(appointments, len(rows))
	for i, r := range rows {
		a := Appointment{ID: r.ID, Role: r.Role, Agency: r.Agency, Acting: r.Acting}
		var err error
		if a.From, err = time.Parse(time.DateOnly, r.From); err != nil {
			return fmt.Errorf("read appointments: %w", err)
		}
		if r.To != "" {
			if a.To, err = time.Parse(time.DateOnly, r.To); err != nil {
				return fmt.Errorf("read appointments: %w", err)
			}
		}
		(*as)[i] = a
	}
	return nil
}
