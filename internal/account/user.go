package account

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// Role (peran) is what a person does in the monitoring of the plan.
type Role string

// The roles. The first two are held for one agency, the others for the city.
const (
	Operator  Role = "operator"    // types the figures of one agency
	Head      Role = "kepala"      // head of one agency, camat or lurah: approves them
	Reviewer  Role = "organisasi"  // Bagian Organisasi: verifies and publishes
	Inspector Role = "inspektorat" // checks samples
	Council   Role = "dprd"        // reads what is published
	Leader    Role = "pimpinan"    // mayor and Sekda: read everything
	Admin     Role = "admin"       // accounts and jobs
)

// Roles lists all roles, those of an agency first.
var Roles = [...]Role{Operator, Head, Reviewer, Inspector, Council, Leader, Admin}

// IsLocal reports whether the role is held for one agency.
func (r Role) IsLocal() bool { return r == Operator || r == Head }

// Label is the role in words for the screen.
func (r Role) Label() string {
	switch r {
	case Operator:
		return "Operator"
	case Head:
		return "Kepala"
	case Reviewer:
		return "Bagian Organisasi"
	case Inspector:
		return "Inspektorat"
	case Council:
		return "DPRD"
	case Leader:
		return "Pimpinan"
	case Admin:
		return "Administrator"
	}
	return string(r)
}

// Step is what is left to do before somebody who gave the right password is in.
type Step int

// The steps. Until nothing is left, a User may nothing, whatever the roles say.
const (
	StepDone  Step = iota // nothing: the session is whole
	StepCode              // to show the second factor of the account
	StepEnrol             // to set one up, since a role asks for it
)

// Appointment is a role held by a user. ID is that of its row, 0 before there is one. Agency is the code of the agency of a
// local role, empty otherwise. From and To are days, both included; a zero To
// means without end.
type Appointment struct {
	ID     int64
	Role   Role
	Agency string
	Acting bool // Plt
	From   time.Time
	To     time.Time
}

// User is a person who may sign in.
type User struct {
	ID       int64
	Login    string
	Name     string
	Email    string // empty: none
	Disabled bool
	// Of the session, where there is one: its public name, and what is left to do.
	Session string
	Step    Step
	// SecondFactor says that the account has one, FactorRequired that a role of today asks for one.
	SecondFactor, FactorRequired bool
	// Appointments are the roles that hold on the day the user was read; List gives all.
	Appointments []Appointment
}

// isIn reports whether u is somebody, with an account that is open and no step left.
func (u *User) isIn() bool { return u != nil && !u.Disabled && u.Step == StepDone }

// has reports whether u holds the role; agency is empty for a role of the city.
func (u *User) has(role Role, agency string) bool {
	return u.isIn() && slices.ContainsFunc(u.Appointments, func(a Appointment) bool {
		return a.Role == role && a.Agency == agency
	})
}

// Holds reports whether u holds the role, in whichever agency. It is for the
// table of addresses and roles; a rule asks one of the May questions.
func (u *User) Holds(role Role) bool {
	return u.isIn() && slices.ContainsFunc(u.Appointments, func(a Appointment) bool { return a.Role == role })
}

// MayReport reports whether u types the figures of the agency.
func (u *User) MayReport(agency string) bool { return agency != "" && u.has(Operator, agency) }

// MayApprove reports whether u answers for the figures of the agency as its head.
func (u *User) MayApprove(agency string) bool { return agency != "" && u.has(Head, agency) }

// MayVerify reports whether u checks the reports of all agencies.
func (u *User) MayVerify() bool { return u.has(Reviewer, "") }

// MayReturn reports whether u may send a report of the agency back.
func (u *User) MayReturn(agency string) bool { return u.MayApprove(agency) || u.MayVerify() }

// MayReopen reports whether u may reopen what was verified or closed.
func (u *User) MayReopen() bool { return u.has(Reviewer, "") }

// MayPublish reports whether u may make a publication.
func (u *User) MayPublish() bool { return u.has(Reviewer, "") }

// MaySeeCity reports whether u sees the work in progress of all agencies.
func (u *User) MaySeeCity() bool {
	return u.has(Reviewer, "") || u.has(Inspector, "") || u.has(Leader, "") || u.has(Admin, "")
}

// MaySeeAgency reports whether u sees the work in progress of the agency. parent
// is the code of the agency above it, or empty: a camat reads the kelurahan of
// the kecamatan.
func (u *User) MaySeeAgency(agency, parent string) bool {
	return u.MaySeeCity() || u.MayReport(agency) || u.MayApprove(agency) || u.MayApprove(parent)
}

// MaySeeJobs reports whether u sees the ledger of jobs.
func (u *User) MaySeeJobs() bool { return u.has(Reviewer, "") || u.has(Admin, "") }

// MayManageUsers reports whether u looks after the accounts.
func (u *User) MayManageUsers() bool { return u.has(Admin, "") }

// Agencies are the codes of the agencies u works for, in the order of the
// appointments, each once.
func (u *User) Agencies() []string {
	var codes []string
	for _, a := range u.Appointments {
		if a.Agency != "" && !slices.Contains(codes, a.Agency) {
			codes = append(codes, a.Agency)
		}
	}
	return codes
}

// HeadOf are the codes of the agencies u is head of; the kelurahan below them
// may be read.
func (u *User) HeadOf() []string {
	var codes []string
	for _, a := range u.Appointments {
		if a.Role == Head && !slices.Contains(codes, a.Agency) {
			codes = append(codes, a.Agency)
		}
	}
	return codes
}

// NewUser is what Add needs to know. Appointments are optional.
type NewUser struct {
	Login        string
	Name         string
	Email        string // optional
	Password     string
	Appointments []Appointment
}

// The two rules of a login, as the table has them too.
var loginPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,119}$`)

// normalLogin is a login as it is kept: lower case, without space around it.
func normalLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Add makes an account. It refuses a login that exists (Conflict), a login, role,
// agency or day that cannot be, and a password that is too easy (Invalid).
func Add(ctx context.Context, db bun.IDB, h *Hasher, n NewUser, now time.Time) (*User, error) {
	n.Login = normalLogin(n.Login)
	n.Name = strings.TrimSpace(n.Name)
	if !loginPattern.MatchString(n.Login) {
		return nil, errBadLogin
	}
	if err := checkName(n.Name); err != nil {
		return nil, err
	}
	var err error
	if n.Email, err = normalEmail(n.Email); err != nil {
		return nil, err
	}
	for _, a := range n.Appointments {
		if err := checkAppointment(a); err != nil {
			return nil, err
		}
	}
	if err := CheckPassword(n.Password, n.Login); err != nil {
		return nil, err
	}
	hash, err := h.Hash(ctx, n.Password)
	if err != nil {
		return nil, err
	}
	var u *User
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if u, err = insertUser(ctx, tx, n, hash, now); err != nil {
			return err
		}
		return note(ctx, tx, nil, "add account", u.Login, nil, rolesText(n.Appointments), now)
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// insertUser writes an account that was checked.
func insertUser(ctx context.Context, tx bun.Tx, n NewUser, hash string, now time.Time) (*User, error) {
	u := &User{Login: n.Login, Name: n.Name, Email: n.Email, Appointments: n.Appointments}
	err := tx.NewRaw(`INSERT INTO users (login, name, email, password_hash, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		n.Login, n.Name, n.Email, hash, now).Scan(ctx, &u.ID)
	switch {
	case postgres.Violates(err, "users_login_key"):
		return nil, fault.New(fault.Conflict, "Nama pengguna %s sudah dipakai.", n.Login)
	case postgres.Violates(err, emailKey):
		return nil, errEmailTaken
	case err != nil:
		return nil, fmt.Errorf("add user %s: %w", n.Login, err)
	}
	for _, a := range n.Appointments {
		if err := appoint(ctx, tx, u.ID, a); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func checkName(name string) error {
	if name == "" || len(name) > 200 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return fault.New(fault.Invalid, "Tulis nama orang atau jabatan pemilik akun, paling panjang 200 huruf.")
	}
	return nil
}

// emailKey is the constraint that gives an address to one account only.
const emailKey = "users_email_key"

var errEmailTaken = fault.New(fault.Conflict, "Alamat surel itu sudah dipakai akun lain.")

// normalEmail is an address of mail as it is kept; empty stays empty.
func normalEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return "", nil
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsAny(s, "\x00\r\n") {
		return "", fault.New(fault.Invalid, "Alamat surel ini tidak dapat dipakai. Contoh: nama@blitarkota.go.id.")
	}
	return s, nil
}

func checkAppointment(a Appointment) error {
	switch {
	case !slices.Contains(Roles[:], a.Role):
		return fault.New(fault.Invalid, "Peran %q tidak dikenal.", string(a.Role))
	case a.Role.IsLocal() && a.Agency == "":
		return fault.New(fault.Invalid, "Peran %s perlu kode instansi.", a.Role)
	case !a.Role.IsLocal() && a.Agency != "":
		return fault.New(fault.Invalid, "Peran %s berlaku untuk kota, tanpa kode instansi.", a.Role)
	case a.From.IsZero():
		return fault.New(fault.Invalid, "Peran %s perlu tanggal mulai.", a.Role)
	case !a.To.IsZero() && a.To.Before(a.From):
		return fault.New(fault.Invalid, "Peran %s berakhir sebelum mulai.", a.Role)
	}
	return nil
}

// day is the date of t in its own zone, as PostgreSQL reads it.
func day(t time.Time) string { return t.Format(time.DateOnly) }

func appoint(ctx context.Context, tx bun.Tx, user int64, a Appointment) error {
	var agency, until *string
	if a.Agency != "" {
		agency = &a.Agency
		var known bool
		err := tx.NewRaw(`SELECT EXISTS (SELECT FROM agencies WHERE code = ? AND reports)`, a.Agency).Scan(ctx, &known)
		if err != nil {
			return fmt.Errorf("look for agency %s: %w", a.Agency, err)
		}
		if !known {
			return fault.New(fault.Invalid, "Tidak ada instansi pelapor berkode %q.", a.Agency)
		}
	}
	if !a.To.IsZero() {
		d := day(a.To)
		until = &d
	}
	_, err := tx.NewRaw(`INSERT INTO user_roles (user_id, role, agency_code, acting, valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?)`,
		user, a.Role, agency, a.Acting, day(a.From), until).Exec(ctx)
	if postgres.Violates(err, "user_roles_key") {
		return fault.New(fault.Conflict, "Peran %s diberikan dua kali.", a.Role)
	}
	if err != nil {
		return fmt.Errorf("appoint user %d as %s: %w", user, a.Role, err)
	}
	return nil
}

// SetPassword gives the user a new password, ends all sessions and forgets failed
// attempts.
func SetPassword(ctx context.Context, db bun.IDB, h *Hasher, login, password string, now time.Time) error {
	login = normalLogin(login)
	if err := CheckPassword(password, login); err != nil {
		return err
	}
	hash, err := h.Hash(ctx, password)
	if err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		id, err := userID(ctx, tx, login)
		if err != nil {
			return err
		}
		if err := replacePassword(ctx, tx, id, login, hash, now); err != nil {
			return err
		}
		return note(ctx, tx, nil, "set password", login, nil, nil, now)
	})
}

// Disable closes the account and ends its sessions. Closing it twice is no error:
// the first moment stays.
func Disable(ctx context.Context, db bun.IDB, login string, now time.Time) error {
	login = normalLogin(login)
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		id, err := userID(ctx, tx, login)
		if err != nil {
			return err
		}
		if _, err := tx.NewRaw(`UPDATE users SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL`, now, id).Exec(ctx); err != nil {
			return fmt.Errorf("disable %s: %w", login, err)
		}
		if err := endSessions(ctx, tx, id, now); err != nil {
			return err
		}
		return note(ctx, tx, nil, "disable account", login, nil, nil, now)
	})
}

func userID(ctx context.Context, tx bun.Tx, login string) (int64, error) {
	missing := errNoAccount(login)
	if !loginPattern.MatchString(login) {
		return 0, missing
	}
	var id int64
	err := tx.NewRaw(`SELECT id FROM users WHERE login = ? AND NOT machine FOR UPDATE`, login).Scan(ctx, &id)
	switch {
	case postgres.NoRows(err):
		return 0, missing
	case err != nil:
		return 0, fmt.Errorf("find user %s: %w", login, err)
	}
	return id, nil
}

// List returns all users by login, each with all appointments, past and future ones too.
func List(ctx context.Context, db bun.IDB) ([]*User, error) {
	var rows []struct {
		ID       int64
		Login    string
		Name     string
		Disabled bool
		Roles    appointments
	}
	err := db.NewRaw(`
		SELECT u.id, u.login, u.name, u.disabled_at IS NOT NULL AS disabled, `+rolesOf(`TRUE`)+` AS roles
		FROM users u
		WHERE NOT u.machine
		ORDER BY u.login`).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	users := make([]*User, len(rows))
	for i, r := range rows {
		users[i] = &User{ID: r.ID, Login: r.Login, Name: r.Name, Disabled: r.Disabled, Appointments: r.Roles}
	}
	return users, nil
}
