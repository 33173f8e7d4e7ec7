package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// What an administrator does with the accounts of others. Each is one transaction: the
// change, a note to the other administrators and to the owner, and an entry of the trail.
// Who is no administrator gets Forbidden; an account that does not exist is NotFound.

var errNoAdmin = fault.New(fault.Forbidden, "Hanya administrator yang mengurus akun.")

// Entry is an account in the directory.
type Entry struct {
	User
	LastSeen *time.Time // of any session in the last days; nil: none
}

// Directory lists accounts whose login, name, address, role or agency has the text, by
// login, one page after another, each with all appointments, past and future ones too. more
// says that there are others behind these.
func Directory(ctx context.Context, db bun.IDB, text string, offset, limit int) (entries []Entry, more bool, err error) {
	var rows []struct {
		ID                 int64
		Login, Name, Email string
		Disabled           bool
		SecondFactor       bool
		LastSeen           *time.Time
		Roles              appointments
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(clean(strings.TrimSpace(text), 100))) + "%"
	err = db.NewRaw(`
		SELECT u.id, u.login, u.name, u.email, u.disabled_at IS NOT NULL AS disabled,
			EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id) AS second_factor,
			(SELECT max(last_seen) FROM sessions s WHERE s.user_id = u.id) AS last_seen, `+rolesOf(`TRUE`)+` AS roles
		FROM users u
		WHERE NOT u.machine AND (u.login LIKE ?0 OR lower(u.name) LIKE ?0 OR u.email LIKE ?0
			OR EXISTS (SELECT FROM user_roles r LEFT JOIN agencies a ON a.code = r.agency_code
				WHERE r.user_id = u.id AND (r.role LIKE ?0 OR r.agency_code LIKE ?0 OR lower(a.name) LIKE ?0 OR lower(a.short_name) LIKE ?0)))
		ORDER BY u.login OFFSET ?1 LIMIT ?2`, like, offset, limit+1).Scan(ctx, &rows)
	if err != nil {
		return nil, false, fmt.Errorf("list accounts: %w", err)
	}
	if len(rows) > limit {
		rows, more = rows[:limit], true
	}
	for _, r := range rows {
		entries = append(entries, Entry{LastSeen: r.LastSeen, User: User{
			ID: r.ID, Login: r.Login, Name: r.Name, Email: r.Email, Disabled: r.Disabled, SecondFactor: r.SecondFactor, Appointments: r.Roles,
		}})
	}
	return entries, more, nil
}

// Find returns the account with all appointments; NotFound when there is none.
func Find(ctx context.Context, db bun.IDB, login string) (*User, error) {
	login = normalLogin(login)
	if !loginPattern.MatchString(login) {
		return nil, errNoAccount(login)
	}
	var r struct {
		ID                 int64
		Login, Name, Email string
		Disabled           bool
		SecondFactor       bool
		Roles              appointments
	}
	err := db.NewRaw(`
		SELECT u.id, u.login, u.name, u.email, u.disabled_at IS NOT NULL AS disabled,
			EXISTS (SELECT FROM second_factors f WHERE f.user_id = u.id) AS second_factor, `+rolesOf(`TRUE`)+` AS roles
		FROM users u WHERE u.login = ? AND NOT u.machine`, login).Scan(ctx, &r)
	switch {
	case postgres.NoRows(err):
		return nil, errNoAccount(login)
	case err != nil:
		return nil, fmt.Errorf("find user %s: %w", login, err)
	}
	return &User{ID: r.ID, Login: r.Login, Name: r.Name, Email: r.Email, Disabled: r.Disabled, SecondFactor: r.SecondFactor, Appointments: r.Roles}, nil
}

func errNoAccount(login string) error {
	return fault.New(fault.NotFound, "Tidak ada akun bernama %q.", clean(login, 120))
}

// Invite makes an account without a password that anybody knows, and returns the code of a
// one-time sign-in with which its owner chooses one. n.Password is not looked at.
func Invite(ctx context.Context, db bun.IDB, h *Hasher, by *User, n NewUser, now time.Time) (u *User, code string, err error) {
	if !by.MayManageUsers() {
		return nil, "", errNoAdmin
	}
	n.Login, n.Name = normalLogin(n.Login), strings.TrimSpace(n.Name)
	if !loginPattern.MatchString(n.Login) {
		return nil, "", errBadLogin
	}
	if err := checkName(n.Name); err != nil {
		return nil, "", err
	}
	if n.Email, err = normalEmail(n.Email); err != nil {
		return nil, "", err
	}
	for _, a := range n.Appointments {
		if err := checkAppointment(a); err != nil {
			return nil, "", err
		}
	}
	hash, err := h.Hash(ctx, rand.Text()+rand.Text())
	if err != nil {
		return nil, "", err
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if u, err = insertUser(ctx, tx, n, hash, now); err != nil {
			return err
		}
		code = newCode()
		if err := addLink(ctx, tx, tokenSum(code), "once", u.ID, by.ID, now, OnceLasts); err != nil {
			return err
		}
		if err := tellAdmins(ctx, tx, by, "add account", "membuat akun", u.Login, 0, now); err != nil {
			return err
		}
		return note(ctx, tx, by, "add account", u.Login, nil, rolesText(n.Appointments), now)
	})
	if err != nil {
		return nil, "", err
	}
	return u, spaced(code), nil
}

// managed runs a change of the account of login by an administrator: f gets the id of the
// account, whose row is locked, and says what was before and is after.
func managed(ctx context.Context, db bun.IDB, by *User, login, action, text string, now time.Time, f func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error)) error {
	if !by.MayManageUsers() {
		return errNoAdmin
	}
	login = normalLogin(login)
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		id, err := userID(ctx, tx, login)
		if err != nil {
			return err
		}
		before, after, err := f(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tellAdmins(ctx, tx, by, action, text, login, id, now); err != nil {
			return err
		}
		return note(ctx, tx, by, action, login, before, after, now)
	})
}

// SetProfile changes the name and the address of mail of an account. The trail says only
// that the address was changed.
func SetProfile(ctx context.Context, db bun.IDB, by *User, login, name, email string, now time.Time) error {
	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return err
	}
	email, err := normalEmail(email)
	if err != nil {
		return err
	}
	return managed(ctx, db, by, login, "change profile", "mengubah nama atau surel akun", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		var old struct{ Name, Email string }
		if err := tx.NewRaw(`SELECT name, email FROM users WHERE id = ?`, id).Scan(ctx, &old); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", login, err)
		}
		_, err = tx.NewRaw(`UPDATE users SET name = ?, email = ? WHERE id = ?`, name, email, id).Exec(ctx)
		switch {
		case postgres.Violates(err, emailKey):
			return nil, nil, errEmailTaken
		case err != nil:
			return nil, nil, fmt.Errorf("change %s: %w", login, err)
		}
		return map[string]any{"name": old.Name}, map[string]any{"name": name, "email_changed": email != old.Email}, nil
	})
}

// Appoint gives the account a role.
func Appoint(ctx context.Context, db bun.IDB, by *User, login string, a Appointment, now time.Time) error {
	if err := checkAppointment(a); err != nil {
		return err
	}
	return managed(ctx, db, by, login, "give role", "memberi peran "+a.Role.Label(), now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		return nil, roleText(a), appoint(ctx, tx, id, a)
	})
}

// EndAppointment ends a role of the account as of now: yesterday becomes its last day, and
// one that has not held for a whole day is taken away. An administrator cannot end the own
// role of administrator.
func EndAppointment(ctx context.Context, db bun.IDB, by *User, login string, appointment int64, now time.Time) error {
	return managed(ctx, db, by, login, "end role", "mengakhiri peran", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		u, err := Find(ctx, tx, login)
		if err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(u.Appointments, func(a Appointment) bool { return a.ID == appointment })
		if i < 0 {
			return nil, nil, fault.New(fault.NotFound, "Peran itu tidak ada pada akun ini.")
		}
		a := u.Appointments[i]
		today := day(now)
		switch {
		case a.Role == Admin && id == by.ID:
			return nil, nil, fault.New(fault.Conflict, "Anda tidak dapat mengakhiri peran administrator sendiri. Minta administrator lain.")
		case !a.To.IsZero() && day(a.To) < today:
			return nil, nil, fault.New(fault.Conflict, "Peran ini sudah berakhir.")
		}
		query := `UPDATE user_roles SET valid_to = ?1::date - 1 WHERE id = ?0`
		if day(a.From) >= today {
			query = `DELETE FROM user_roles WHERE id = ?0`
		}
		if _, err := tx.NewRaw(query, appointment, today).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("end role %d: %w", appointment, err)
		}
		return roleText(a), nil, nil
	})
}

// Close disables the account and ends its sessions; an administrator cannot close the own one.
func Close(ctx context.Context, db bun.IDB, by *User, login string, now time.Time) error {
	return managed(ctx, db, by, login, "disable account", "menutup akun", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		if id == by.ID {
			return nil, nil, fault.New(fault.Conflict, "Anda tidak dapat menutup akun sendiri. Minta administrator lain.")
		}
		if _, err := tx.NewRaw(`UPDATE users SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL`, now, id).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("disable %s: %w", login, err)
		}
		return nil, nil, endSessions(ctx, tx, id, now)
	})
}

// Reopen enables an account that was closed.
func Reopen(ctx context.Context, db bun.IDB, by *User, login string, now time.Time) error {
	return managed(ctx, db, by, login, "enable account", "membuka lagi akun", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		if _, err := tx.NewRaw(`UPDATE users SET disabled_at = NULL WHERE id = ?`, id).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("enable %s: %w", login, err)
		}
		return nil, nil, nil
	})
}

// EndSessionsOf ends all sessions of the account.
func EndSessionsOf(ctx context.Context, db bun.IDB, by *User, login string, now time.Time) error {
	return managed(ctx, db, by, login, "end sessions", "mengakhiri semua sesi akun", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		return nil, nil, endSessions(ctx, tx, id, now)
	})
}

// SetOneTime makes a one-time sign-in for the account and returns its code, which nobody can
// read again: the owner chooses a new password with it within a day. Earlier codes are void;
// the old password and sessions hold until it is used.
func SetOneTime(ctx context.Context, db bun.IDB, by *User, login string, now time.Time) (code string, err error) {
	err = managed(ctx, db, by, login, "set one-time sign-in", "membuat kode masuk sekali pakai", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		if id == by.ID {
			return nil, nil, fault.New(fault.Conflict, "Untuk akun sendiri, ganti kata sandi lewat halaman Akun.")
		}
		if _, err := tx.NewRaw(`UPDATE one_time_links SET used_at = ? WHERE user_id = ? AND used_at IS NULL`, now, id).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("void the links of %s: %w", login, err)
		}
		code = newCode()
		return nil, nil, addLink(ctx, tx, tokenSum(code), "once", id, by.ID, now, OnceLasts)
	})
	if err != nil {
		return "", err
	}
	return spaced(code), nil
}

// RemoveSecondFactor takes the second factor off an account whose owner has lost it, and
// ends its sessions. An administrator cannot do that for the own account.
func RemoveSecondFactor(ctx context.Context, db bun.IDB, by *User, login string, now time.Time) error {
	return managed(ctx, db, by, login, "remove second factor", "menghapus langkah kedua akun", now, func(ctx context.Context, tx bun.Tx, id int64) (before, after any, err error) {
		if id == by.ID {
			return nil, nil, fault.New(fault.Conflict, "Anda tidak dapat menghapus langkah kedua sendiri di sini. Minta administrator lain.")
		}
		if err := removeFactor(ctx, tx, id); err != nil {
			return nil, nil, err
		}
		if err := forget(ctx, tx, codeKey(id)); err != nil {
			return nil, nil, err
		}
		return nil, nil, endSessions(ctx, tx, id, now)
	})
}

// SecondFactorRoles are the roles that need a second factor by setting, beyond those that
// always do.
func SecondFactorRoles(ctx context.Context, db bun.IDB) ([]Role, error) {
	var roles []Role
	if err := db.NewRaw(`SELECT role FROM second_factor_roles ORDER BY role`).Scan(ctx, &roles); err != nil {
		return nil, fmt.Errorf("read the roles with a second factor: %w", err)
	}
	return roles, nil
}

// AlwaysSecond reports whether the role needs a second factor whatever the settings say.
func (r Role) AlwaysSecond() bool { return r == Reviewer || r == Inspector || r == Admin }

// SetSecondFactorRoles sets which of the other roles need a second factor. Sessions of these
// roles go no further until they have one.
func SetSecondFactorRoles(ctx context.Context, db bun.IDB, by *User, roles []Role, now time.Time) error {
	if !by.MayManageUsers() {
		return errNoAdmin
	}
	for _, r := range roles {
		if !slices.Contains(Roles[:], r) || r.AlwaysSecond() {
			return fault.New(fault.Invalid, "Peran %q tidak dapat dipilih di sini.", clean(string(r), 40))
		}
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		before, err := SecondFactorRoles(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw(`DELETE FROM second_factor_roles`).Exec(ctx); err != nil {
			return fmt.Errorf("set the roles with a second factor: %w", err)
		}
		for _, r := range roles {
			if _, err := tx.NewRaw(`INSERT INTO second_factor_roles (role) VALUES (?) ON CONFLICT DO NOTHING`, r).Exec(ctx); err != nil {
				return fmt.Errorf("set the roles with a second factor: %w", err)
			}
		}
		if err := tellAdmins(ctx, tx, by, "second factor roles", "mengubah peran yang wajib langkah kedua", by.Login, 0, now); err != nil {
			return err
		}
		return note(ctx, tx, by, "set second factor roles", "peran", before, roles, now)
	})
}

var errBadLogin = fault.New(fault.Invalid, "Nama pengguna harus 3 sampai 120 huruf kecil, angka, titik, garis, atau @, misalnya operator.dlh.")
