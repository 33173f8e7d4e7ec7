package account

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/audit"
	"petajalan/internal/notice"
)

// note adds to the trail what was done with accounts. by is nil for the program itself, and
// for somebody who is not in.
func note(ctx context.Context, db bun.IDB, by *User, action, object string, before, after any, now time.Time) error {
	e := audit.Entry{Stream: audit.Security, At: now, Action: action, Object: object, Before: before, After: after}
	if by != nil {
		e.Actor = by.ID
		if by.Holds(Admin) {
			e.Role = string(Admin)
		}
	}
	return audit.Append(ctx, db, e)
}

// NoteRefusal notes that u wanted to open an address and was not let in. pattern is that of
// the route, agency the code in it. The caller bounds how often.
func NoteRefusal(ctx context.Context, db bun.IDB, u *User, pattern, agency string, now time.Time) error {
	e := audit.Entry{Stream: audit.Security, At: now, Actor: u.ID, Agency: clean(agency, 40), Action: "refuse access", Object: pattern}
	return audit.Append(ctx, db, e)
}

// tellAdmins tells the other administrators what one of them did, and the owner of the
// account, who may be neither. key names the occasion.
func tellAdmins(ctx context.Context, tx bun.Tx, by *User, key, text, login string, owner int64, now time.Time) error {
	stamp := key + " " + login + " " + now.UTC().Format(time.RFC3339Nano)
	err := notice.Tell(ctx, tx, notice.Note{
		Key: stamp, Kind: notice.Security, Text: by.Name + " " + text + " (" + login + ").", Href: "/kerja/pengguna/" + login,
		Roles: []string{string(Admin)}, Except: by.ID,
	}, now)
	if err != nil || owner == 0 || owner == by.ID {
		return err
	}
	// An owner who is an administrator too has the note above already: it has the same key.
	return notice.Tell(ctx, tx, notice.Note{
		Key: stamp, Kind: notice.Security, Text: "Administrator " + text + ", untuk akun Anda.", Href: "/kerja/akun", To: []int64{owner},
	}, now)
}

// rolesText says roles for the trail.
func rolesText(as []Appointment) []string {
	words := make([]string, len(as))
	for i, a := range as {
		words[i] = roleText(a)
	}
	return words
}

func roleText(a Appointment) string {
	w := []string{string(a.Role)}
	if a.Agency != "" {
		w = append(w, a.Agency)
	}
	if a.Acting {
		w = append(w, "plt")
	}
	w = append(w, day(a.From))
	if !a.To.IsZero() {
		w = append(w, "sampai", day(a.To))
	}
	return strings.Join(w, " ")
}
