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
	Acting bool // Plt
}

// People are the accounts of a demo, at least one of each role.
func People() []Person {
	return []Person{
		{"organisasi", "Bagian Organisasi", account.Reviewer, "", false},
		{"operator.dispendukcapil", "Operator Dispendukcapil", account.Operator, "dispendukcapil", false},
		{"kepala.dispendukcapil", "Kepala Dispendukcapil", account.Head, "dispendukcapil", false},
		{lurahLogin, "Lurah Bendogerit", account.Head, lurahAgency, false},
		{"operator.bendogerit", "Operator Kelurahan Bendogerit", account.Operator, lurahAgency, false},
		{"operator.dlh", "Operator Dinas Lingkungan Hidup", account.Operator, "dlh", false},
		{"plt.dlh", "Plt Kepala Dinas Lingkungan Hidup", account.Head, "dlh", true},
		{"operator.dinkes", "Operator Dinas Kesehatan", account.Operator, "dinkes", false},
		{"kepala.dinkes", "Kepala Dinas Kesehatan", account.Head, "dinkes", false},
		{"inspektorat", "Inspektorat", account.Inspector, "", false},
		{"dprd", "Sekretariat DPRD", account.Council, "", false},
		{"pimpinan", "Sekretaris Daerah", account.Leader, "", false},
		{"admin", "Administrator Diskominfotik", account.Admin, "", false},
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
			Login: p.Login, Name: p.Name, Email: p.Login + "@contoh.example", Password: Password,
			Appointments: []account.Appointment{{Role: p.Role, Agency: p.Agency, Acting: p.Acting, From: at(zone, 2025, time.January, 1, 0, 0)}},
		}, PlanKnown(zone))
		if err != nil {
			return nil, fmt.Errorf("add the account %s: %w", p.Login, err)
		}
		users[p.Login] = u
	}
	return users, nil
}
