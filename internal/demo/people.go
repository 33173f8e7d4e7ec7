package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
)

// Password is that of all accounts of a demo. It protects nothing: the command
// prints it.
const Password = "sawo kecik tepi kali"

// The lurah who has an account.
const (
	lurahLogin  = "lurah.bendogerit"
	lurahAgency = "35.72.03.1007"
)

// Person is an account of the demo.
type Person struct {
	Login string
	Name  string // the office: nobody real is named
	Role  account.Role
	// Agency is the code of the agency of a local role, else empty.
	Agency string
}

// People are the accounts of a demo, at least one of each role.
func People() []Person {
	return []Person{
		{"organisasi", "Bagian Organisasi", account.Reviewer, ""},
		{"operator.dispendukcapil", "Operator Dispendukcapil", account.Operator, "dispendukcapil"},
		{"kepala.dispendukcapil", "Kepala Dispendukcapil", account.Head, "dispendukcapil"},
		{lurahLogin, "Lurah Bendogerit", account.Head, lurahAgency},
		{"inspektorat", "Inspektorat", account.Inspector, ""},
		{"dprd", "Sekretariat DPRD", account.Council, ""},
		{"pimpinan", "Sekretaris Daerah", account.Leader, ""},
		{"admin", "Administrator Diskominfotik", account.Admin, ""},
	}
}

// addUsers makes the accounts that are not there yet and returns all by login.
func addUsers(ctx context.Context, db *bun.DB, zone *time.Location) (map[string]*account.User, error) {
	there, err := account.List(ctx, db)
	if err != nil {
		return nil, err
	}
	users := make(map[string]*account.User, len(there))
	for _, u := range there {
		users[u.Login] = u
	}
	hasher := account.NewHasher()
	for _, p := range People() {
		if users[p.Login] != nil {
			continue
		}
		u, err := account.Add(ctx, db, hasher, account.NewUser{
			Login: p.Login, Name: p.Name, Password: Password,
			Appointments: []account.Appointment{{Role: p.Role, Agency: p.Agency, From: at(zone, 2025, time.January, 1, 0, 0)}},
		}, PlanKnown(zone))
		if err != nil {
			return nil, fmt.Errorf("add the account %s: %w", p.Login, err)
		}
		users[p.Login] = u
	}
	return users, nil
}
