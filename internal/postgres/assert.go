package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// AssertOptions say which assertions are let go.
type AssertOptions struct {
	AllowNoFsync bool           // throw-away servers of tests only
	AllowOwner   bool           // DATABASE_OWNER_URL is unset, so one login does everything
	Zone         *time.Location // the zone of the city, which the server must know too; nil means not asked
}

// AssertServer checks the settings that the program's promises rest on, the
// privileges of the login, and the schema. The error joins everything that is
// wrong, each with its reason, so that a wrong server is refused at the start
// and not noticed at the first crash. A schema that does not fit is in it as a
// *SchemaError.
func AssertServer(ctx context.Context, db *bun.DB, o AssertOptions) error {
	var wrong []error
	for _, want := range []struct{ name, value, reason string }{
		{"standard_conforming_strings", "on", "without it a backslash in a value could end the quoting"},
		{"synchronous_commit", "on", "without it a confirmed report can be lost in a crash"},
		{"fsync", "on", "without it a power failure can destroy the database"},
		{"full_page_writes", "on", "without it a torn page cannot be repaired"},
		{"server_encoding", "UTF8", "names and reasons are UTF-8"},
	} {
		var value string
		if err := db.NewRaw("SELECT current_setting(?)", want.name).Scan(ctx, &value); err != nil {
			return fmt.Errorf("read setting %s: %w", want.name, err)
		}
		// remote_apply and its like promise more than on does.
		if want.name == "synchronous_commit" && value == "remote_apply" || want.name == "fsync" && o.AllowNoFsync {
			continue
		}
		if value != want.value {
			wrong = append(wrong, fmt.Errorf("the server has %s = %s, not %s: %s", want.name, value, want.value, want.reason))
		}
	}
	privileges, err := assertPrivileges(ctx, db, o.AllowOwner)
	if err != nil {
		return err
	}
	wrong = append(wrong, privileges)
	if o.Zone != nil {
		var now time.Time
		if err := db.NewRaw("SELECT now() AT TIME ZONE ?", o.Zone.String()).Scan(ctx, &now); err != nil {
			wrong = append(wrong, fmt.Errorf("the server does not know the zone %s: %w", o.Zone, err))
		}
	}
	if err := UpToDate(ctx, db); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// assertPrivileges returns what is too much about the login, and apart from it
// the error of asking.
func assertPrivileges(ctx context.Context, db *bun.DB, allowOwner bool) (wrong, err error) {
	var login string
	var superuser bool
	if err := db.NewRaw("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").Scan(ctx, &login, &superuser); err != nil {
		return nil, fmt.Errorf("read the privileges of the login: %w", err)
	}
	owner, err := IsOwner(ctx, db)
	if err != nil {
		return nil, err
	}
	switch {
	case superuser:
		return fmt.Errorf("the login %s of DATABASE_URL is a superuser, for whom no right holds: use one that is only a member of peta_web and peta_job", login), nil
	case owner && !allowOwner:
		return fmt.Errorf("the login %s of DATABASE_URL owns the tables, so published rows could be changed: use one that is only a member of peta_web and peta_job", login), nil
	}
	return nil, nil
}

// IsOwner says whether the login may work as peta_owner or owns a table itself,
// so that its privileges are not separated from those of migrations.
func IsOwner(ctx context.Context, db bun.IDB) (bool, error) {
	var owner bool
	if err := db.NewRaw(`
		SELECT EXISTS (SELECT FROM pg_roles o WHERE o.rolname = 'peta_owner' AND pg_has_role(current_user, o.oid, 'MEMBER'))
		       OR EXISTS (SELECT FROM pg_class c
		                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(current_user, c.relowner, 'MEMBER'))`,
	).Scan(ctx, &owner); err != nil {
		return false, fmt.Errorf("read what the login owns: %w", err)
	}
	return owner, nil
}
