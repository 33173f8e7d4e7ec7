package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
)

// provision makes the database, the roles and the logins of a new server. It
// may find part of them made by a program that was killed.
func (p *Private) provision(ctx context.Context) (err error) {
	server, err := openUnguarded(ctx, p.url(ownerLogin, p.state.Owner, "postgres"), "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if _, err := server.NewRaw("CREATE DATABASE ?", bun.Ident(databaseName)).Exec(ctx); err != nil && SQLState(err) != "42P04" {
		return fmt.Errorf("make the database: %w", err)
	}
	db, err := openUnguarded(ctx, p.OwnerURL(), "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := EnsureRoles(ctx, db); err != nil {
		return err
	}
	if err := CreateLogins(ctx, db, p.state.Web, p.state.Public); err != nil {
		return err
	}
	p.state.Provisioned = true
	return p.state.write(p.dir)
}

// CreateLogins makes petajalan_web and petajalan_public with these passwords,
// or gives them these passwords, and their roles, which must be there. db is
// signed in as an administrator of the server.
func CreateLogins(ctx context.Context, db *bun.DB, webPassword, publicPassword string) error {
	for _, login := range []struct{ name, password string }{{webLogin, webPassword}, {publicLogin, publicPassword}} {
		if _, err := db.NewRaw("CREATE ROLE ? LOGIN", bun.Ident(login.name)).Exec(ctx); err != nil && SQLState(err) != "42710" && SQLState(err) != "23505" {
			return fmt.Errorf("make login %s: %w", login.name, err)
		}
		if err := retryConcurrent(func() error {
			_, err := db.NewRaw("ALTER ROLE ? PASSWORD ?", bun.Ident(login.name), login.password).Exec(ctx)
			return err
		}); err != nil {
			return fmt.Errorf("set the password of login %s: %w", login.name, err)
		}
	}
	return ensureLogins(ctx, db, MigrateOptions{WebLogin: webLogin, PublicLogin: publicLogin})
}
