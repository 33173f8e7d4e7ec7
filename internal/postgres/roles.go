package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// The roles that rights are granted to. None of them can sign in; logins are
// members of them.
//
//	peta_owner    owns every object, and nobody works as it but migrations
//	peta_migrate  may become peta_owner
//	peta_web      serves requests
//	peta_job      does scheduled work
//	peta_public   reads what is published, nothing else
//	peta_backup   may replicate
//	peta_ro       people who look, and change nothing
var roles = []string{"peta_owner", "peta_migrate", "peta_web", "peta_job", "peta_public", "peta_backup", "peta_ro"}

// EnsureRoles makes the roles that are missing, closes the schema to everybody
// else, and makes the login of db a member of peta_owner. Roles belong to the
// whole server, so another database's migration may be making the same ones at
// this moment; the lock of this database does not hold that one back.
func EnsureRoles(ctx context.Context, db *bun.DB) error {
	var there []string
	if err := db.NewRaw("SELECT rolname FROM pg_roles WHERE rolname IN (?)", bun.List(roles)).Scan(ctx, &there); err != nil {
		return fmt.Errorf("read the roles: %w", err)
	}
	for _, role := range roles {
		if slices.Contains(there, role) {
			continue
		}
		if err := createRole(ctx, db, role); err != nil {
			return err
		}
	}
	if err := becomesOwner(ctx, db); err != nil {
		return err
	}
	if err := grantRole(ctx, db, "peta_owner", "peta_migrate"); err != nil {
		return err
	}
	return closeSchema(ctx, db)
}

func createRole(ctx context.Context, db *bun.DB, role string) error {
	attributes := "NOLOGIN"
	if role == "peta_backup" {
		attributes += " REPLICATION"
	}
	create := func(attributes string) error {
		_, err := db.ExecContext(ctx, fmt.Sprintf(`DO $$ BEGIN CREATE ROLE %s %s;
			EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`, role, attributes))
		return err
	}
	err := create(attributes)
	if SQLState(err) == insufficientPrivilege && role == "peta_backup" {
		// Only a superuser may hand out REPLICATION; backups then use a login of their own.
		err = create("NOLOGIN")
	}
	if SQLState(err) == insufficientPrivilege {
		return fmt.Errorf("create role %s: the login of DATABASE_OWNER_URL may not create roles: give it CREATEROLE, or let an administrator run CREATE ROLE for %s once",
			role, strings.Join(roles, ", "))
	}
	if err != nil {
		return fmt.Errorf("create role %s: %w", role, err)
	}
	return nil
}

const insufficientPrivilege = "42501"

// becomesOwner makes sure that the login may SET ROLE peta_owner. Being a
// member is not enough to know: since PostgreSQL 16 whoever created a role is
// a member of it, yet may not become it.
func becomesOwner(ctx context.Context, db *bun.DB) error {
	_, err := db.ExecContext(ctx, "SET ROLE peta_owner")
	if err == nil {
		_, err = db.ExecContext(ctx, "RESET ROLE")
		return err
	}
	if SQLState(err) != insufficientPrivilege {
		return err
	}
	err = retryConcurrent(func() error {
		_, err := db.ExecContext(ctx, "GRANT peta_owner TO CURRENT_USER")
		return err
	})
	if SQLState(err) == insufficientPrivilege {
		return fmt.Errorf("the login of DATABASE_OWNER_URL is no member of peta_owner and may not become one: let an administrator run GRANT peta_migrate TO it once (%w)", err)
	}
	if err != nil {
		return fmt.Errorf("become a member of peta_owner: %w", err)
	}
	return nil
}

// ensureLogins gives the logins of the program their roles.
func ensureLogins(ctx context.Context, db *bun.DB, o MigrateOptions) error {
	for _, grant := range []struct {
		login string
		roles []string
	}{
		{o.WebLogin, []string{"peta_web", "peta_job"}},
		{o.PublicLogin, []string{"peta_public"}},
	} {
		if grant.login == "" {
			continue
		}
		for _, role := range grant.roles {
			if err := grantRole(ctx, db, role, grant.login); err != nil {
				return err
			}
		}
	}
	return nil
}

// grantRole makes member a member of role, unless it is one.
func grantRole(ctx context.Context, db *bun.DB, role, member string) error {
	err := retryConcurrent(func() error {
		var is bool
		if err := db.NewRaw("SELECT pg_has_role(?, ?, 'MEMBER')", member, role).Scan(ctx, &is); err != nil || is {
			return err
		}
		_, err := db.NewRaw("GRANT ? TO ?", bun.Ident(role), bun.Ident(member)).Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("make %s a member of %s: %w", member, role, err)
	}
	return nil
}

// closeSchema takes the schema public away from everybody and gives it to the
// roles. To a login that does not own the schema PostgreSQL only sends a
// warning, so what came of it is read back.
func closeSchema(ctx context.Context, db *bun.DB) error {
	for _, statement := range []string{ // one by one: a guarded handle takes no more at once
		"REVOKE ALL ON SCHEMA public FROM PUBLIC",
		"GRANT USAGE, CREATE ON SCHEMA public TO peta_owner",
		"GRANT USAGE ON SCHEMA public TO peta_web, peta_job, peta_public, peta_ro",
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil && SQLState(err) != insufficientPrivilege {
			return fmt.Errorf("close the schema public: %w", err)
		}
	}
	var open, usable bool
	if err := db.NewRaw(`
		SELECT EXISTS (SELECT FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'public' AND grantee = 0),
		       has_schema_privilege('peta_owner', 'public', 'CREATE') AND has_schema_privilege('peta_web', 'public', 'USAGE')`,
	).Scan(ctx, &open, &usable); err != nil {
		return fmt.Errorf("read the rights on the schema public: %w", err)
	}
	if open || !usable {
		return fmt.Errorf("the login of DATABASE_OWNER_URL may not change the rights on the schema public: make it the owner of the database")
	}
	return nil
}

// retryConcurrent tries again when two sessions changed the roles at once,
// which PostgreSQL reports as an internal error or a broken uniqueness.
func retryConcurrent(f func() error) error {
	var err error
	for range 10 {
		err = f()
		if state := SQLState(err); state != "XX000" && state != "23505" {
			return err
		}
	}
	return err
}
