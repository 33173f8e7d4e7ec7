package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// administrator makes an account of an administrator and returns it as signed in.
func (o *office) administrator(t *testing.T, login string) *account.User {
	t.Helper()
	o.addWith(t, login, account.Appointment{Role: account.Admin, From: october.AddDate(0, -1, 0)})
	u, err := account.Find(t.Context(), o.Web, login)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (o *office) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := o.Owner.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestManage(t *testing.T) {
	t.Parallel()

	t.Run("AnInvitedPersonChoosesThePassword", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		admin := o.administrator(t, "admin")
		_, code, err := account.Invite(t.Context(), o.Web, o.hasher, admin, account.NewUser{
			Login: "Citra", Name: "Citra", Appointments: []account.Appointment{{Role: account.Operator, Agency: "dlh", From: october}},
		}, october)
		if err != nil {
			t.Fatal(err)
		}
		token, err := account.UseLink(t.Context(), o.Web, o.hasher, " "+code+" ", newPassword, from, october.Add(23*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if u := o.lookup(t, token, october.Add(23*time.Hour)); u.Login != "citra" || !u.MayReport("dlh") {
			t.Errorf("%s may report: %v", u.Login, u.MayReport("dlh"))
		}
	})

	t.Run("EveryActIsForAdministratorsAloneInTheTrailAndTold", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		admin := o.administrator(t, "admin")
		second := o.administrator(t, "admin2")
		o.add(t, "ada")
		ada, err := account.Find(t.Context(), o.Web, "ada")
		if err != nil {
			t.Fatal(err)
		}
		acts := map[string]func(by *account.User, login string) error{
			"profile": func(by *account.User, l string) error {
				return account.SetProfile(t.Context(), o.Web, by, l, "Baru", "baru@x.id", october)
			},
			"appoint": func(by *account.User, l string) error {
				return account.Appoint(t.Context(), o.Web, by, l, account.Appointment{Role: account.Council, From: october}, october)
			},
			"close":  func(by *account.User, l string) error { return account.Close(t.Context(), o.Web, by, l, october) },
			"reopen": func(by *account.User, l string) error { return account.Reopen(t.Context(), o.Web, by, l, october) },
			"sessions": func(by *account.User, l string) error {
				return account.EndSessionsOf(t.Context(), o.Web, by, l, october)
			},
			"code": func(by *account.User, l string) error {
				_, err := account.SetOneTime(t.Context(), o.Web, by, l, october)
				return err
			},
			"factor": func(by *account.User, l string) error {
				return account.RemoveSecondFactor(t.Context(), o.Web, by, l, october)
			},
			"identity": func(by *account.User, l string) error {
				return account.LinkFor(t.Context(), o.Web, by, l, account.Identity{Issuer: "https://i", Subject: "s"}, october)
			},
		}
		for name, act := range acts {
			if err := act(ada, "ada"); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by an operator: %v, want Forbidden", name, err)
			}
			if err := act(admin, "tidak.ada"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s of nobody: %v, want NotFound", name, err)
			}
			entries := o.count(t, `SELECT count(*) FROM audit_entries WHERE stream = 'security' AND actor_id = ?`, admin.ID)
			told := o.count(t, `SELECT count(*) FROM notices WHERE user_id = ?`, second.ID)
			if err := act(admin, "ada"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if n := o.count(t, `SELECT count(*) FROM audit_entries WHERE stream = 'security' AND actor_id = ? AND role = 'admin'`, admin.ID) - entries; n != 1 {
				t.Errorf("%s left %d entries in the trail, want 1", name, n)
			}
			if n := o.count(t, `SELECT count(*) FROM notices WHERE user_id = ?`, second.ID) - told; n != 1 {
				t.Errorf("%s was told to the other administrator %d times, want 1", name, n)
			}
		}
		if n := o.count(t, `SELECT count(*) FROM notices WHERE user_id = ?`, admin.ID); n != 0 {
			t.Errorf("the administrator was told %d times of the own acts", n)
		}
		if n := o.count(t, `SELECT count(*) FROM audit_entries WHERE detail LIKE '%baru@x.id%'`); n != 0 {
			t.Error("the trail has an address of mail")
		}
	})

	t.Run("NobodyLocksThemselvesOut", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		admin := o.administrator(t, "admin")
		for name, err := range map[string]error{
			"close":    account.Close(t.Context(), o.Web, admin, "admin", october),
			"factor":   account.RemoveSecondFactor(t.Context(), o.Web, admin, "admin", october),
			"end role": account.EndAppointment(t.Context(), o.Web, admin, "admin", admin.Appointments[0].ID, october),
		} {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s of the own account: %v, want Conflict", name, err)
			}
		}
	})

	t.Run("ARoleEndsAtTheNextRequest", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		admin := o.administrator(t, "admin")
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		if err := account.Appoint(t.Context(), o.Web, admin, "ada", account.Appointment{Role: account.Head, Agency: "dlh", Acting: true, From: october, To: october.AddDate(0, 1, 0)}, october); err != nil {
			t.Fatal(err)
		}
		u := o.lookup(t, token, october)
		if !u.MayApprove("dlh") || !u.MayReport("dlh") {
			t.Error("the roles do not hold")
		}
		for _, a := range u.Appointments {
			if err := account.EndAppointment(t.Context(), o.Web, admin, "ada", a.ID, october); err != nil {
				t.Fatal(err)
			}
			if err := account.EndAppointment(t.Context(), o.Web, admin, "ada", a.ID, october); err == nil {
				t.Error("the role ended twice")
			}
		}
		if u := o.lookup(t, token, october); u.MayApprove("dlh") || u.MayReport("dlh") {
			t.Error("a role that was ended still holds")
		}
		ada, err := account.Find(t.Context(), o.Web, "ada")
		if err != nil || len(ada.Appointments) != 1 { // the one that had not held for a day is gone
			t.Errorf("%d appointments remain, %v, want 1", len(ada.Appointments), err)
		}
	})

	t.Run("DirectoryFindsByNameRoleAndAgency", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.administrator(t, "admin")
		o.add(t, "ada")
		o.add(t, "budi")
		for text, want := range map[string]int{"": 3, "ADA": 1, "admin": 1, "lingkungan": 2, "%": 0, "_": 0, "zzz": 0, "\x00": 3} {
			entries, more, err := account.Directory(t.Context(), o.Web, text, 0, 10)
			if err != nil || more || len(entries) != want {
				t.Errorf("%q finds %d, %v, want %d", text, len(entries), err, want)
			}
		}
		entries, more, err := account.Directory(t.Context(), o.Web, "", 1, 1)
		if err != nil || !more || len(entries) != 1 || entries[0].Login != "admin" {
			t.Errorf("the second page: %v, more %v, %v", entries, more, err)
		}
	})
}

func TestOwnAccount(t *testing.T) {
	t.Parallel()

	t.Run("ChangingThePasswordEndsTheOtherSessionsAndRenewsThisOne", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		here, there := o.enter(t, "ada", october), o.enter(t, "ada", october)
		u := o.lookup(t, here, october)
		if _, err := account.ChangePassword(t.Context(), o.Web, o.hasher, u, here, "bukan yang lama", newPassword, from, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("wrong old password: %v, want Invalid", err)
		}
		renewed, err := account.ChangePassword(t.Context(), o.Web, o.hasher, u, here, goodPassword, newPassword, from, october)
		if err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, here, october)
		wantNoSession(t, o.Web, there, october)
		if u := o.lookup(t, renewed, october); u.Step != account.StepDone {
			t.Errorf("step %d", u.Step)
		}
	})

	t.Run("SessionsAreEndedOneByOneAndNeverSomebodyElses", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		o.add(t, "budi")
		a1, a2, a3, b := o.enter(t, "ada", october), o.enter(t, "ada", october), o.enter(t, "ada", october), o.enter(t, "budi", october)
		u := o.lookup(t, a1, october)
		if err := account.EndSession(t.Context(), o.Web, u, o.lookup(t, b, october).Session, october); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody else's: %v, want NotFound", err)
		}
		if err := account.EndSession(t.Context(), o.Web, u, o.lookup(t, a2, october).Session, october); err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, a2, october)
		if err := account.EndOtherSessions(t.Context(), o.Web, u, october); err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, a3, october)
		o.lookup(t, b, october)
		sessions, err := account.Sessions(t.Context(), o.Web, u.ID, october)
		if err != nil || len(sessions) != 1 || sessions[0].ID != u.Session || sessions[0].Network != "10.1.2.0/24" {
			t.Errorf("sessions = %+v, %v", sessions, err)
		}
	})

	t.Run("TheTrailHasFailuresAndHoldingBackOncePerWindow", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		for range 12 {
			_, _ = o.signIn(t, "ada", "bukan kata sandinya", october)
		}
		_, _ = o.signIn(t, "rahasia-yang-salah-ketik", "bukan kata sandinya", october)
		if n := o.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'refuse sign-in' AND object = 'ada'`); n != 5 {
			t.Errorf("%d failures in the trail, want 5", n)
		}
		if n := o.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'hold back sign-ins'`); n != 1 {
			t.Errorf("%d entries of holding back, want 1", n)
		}
		if n := o.count(t, `SELECT count(*) FROM audit_entries WHERE detail LIKE '%rahasia%' OR object LIKE '%rahasia%'`); n != 0 {
			t.Error("the trail has what may be a password")
		}
	})

	t.Run("AnOfficeHasMoreTries", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		err := o.Owner.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO throttles SELECT key, window_start, 25, last_at FROM throttles`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = o.signIn(t, "siapa", "bukan kata sandinya", october)
		if _, err := o.Owner.ExecContext(t.Context(), `UPDATE throttles SET failures = 25 WHERE key LIKE 'ip:%'`); err != nil {
			t.Fatal(err)
		}
		if _, err := o.signIn(t, "ada", goodPassword, october); err == nil {
			t.Error("the 26th from an address got in")
		}
		office := from
		office.Office = true
		if _, err := account.SignIn(t.Context(), o.Web, o.hasher, account.Credentials{Login: "ada", Password: goodPassword, From: office}, october); err != nil {
			t.Errorf("the 26th from the office: %v", err)
		}
	})
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	id := account.Identity{Issuer: "https://sso.example.go.id", Subject: "u-1"}

	t.Run("AStrangerGetsAnAccountWithoutAnyRole", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		var first int64
		for range 2 {
			token, err := account.SignInAs(t.Context(), o.Web, o.hasher, id, "Dewi", from, october)
			if err != nil {
				t.Fatal(err)
			}
			u := o.lookup(t, token, october)
			if u.Name != "Dewi" || len(u.Appointments) != 0 || first != 0 && u.ID != first {
				t.Errorf("account %+v", u)
			}
			first = u.ID
		}
		other := id
		other.Issuer = "https://jahat.example" // the same subject elsewhere is somebody else
		token, err := account.SignInAs(t.Context(), o.Web, o.hasher, other, "Dewi", from, october)
		if err != nil || o.lookup(t, token, october).ID == first {
			t.Errorf("the subject of another issuer: %v", err)
		}
	})

	t.Run("AnAdministratorLinksItToTheAccountOfThePerson", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		admin := o.administrator(t, "admin")
		o.add(t, "dewi")
		stranger, err := account.SignInAs(t.Context(), o.Web, o.hasher, id, "Dewi", from, october)
		if err != nil {
			t.Fatal(err)
		}
		if err := account.LinkFor(t.Context(), o.Web, admin, "dewi", id, october); err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, stranger, october)
		token, err := account.SignInAs(t.Context(), o.Web, o.hasher, id, "Dewi", from, october)
		if err != nil {
			t.Fatal(err)
		}
		if u := o.lookup(t, token, october); u.Login != "dewi" || !u.MayReport("dlh") {
			t.Errorf("signed in as %s", u.Login)
		}
		if err := account.LinkFor(t.Context(), o.Web, admin, "admin", id, october); fault.KindOf(err) != fault.Conflict {
			t.Errorf("linked to a second account: %v, want Conflict", err)
		}
	})

	t.Run("ARoundTripEndsOnceInItsBrowserWithinTenMinutes", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		begin := func() account.RoundTrip {
			r, err := account.BeginRoundTrip(t.Context(), o.Web, account.RoundTrip{Next: "/kerja/"}, october)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		r := begin()
		for name, err := range map[string]error{
			"other browser": second(account.EndRoundTrip(t.Context(), o.Web, r.State, "lain", october)),
			"other state":   second(account.EndRoundTrip(t.Context(), o.Web, "lain", r.Browser, october)),
			"too late":      second(account.EndRoundTrip(t.Context(), o.Web, r.State, r.Browser, october.Add(10*time.Minute))),
		} {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		got, err := account.EndRoundTrip(t.Context(), o.Web, r.State, r.Browser, october.Add(9*time.Minute))
		if err != nil || got.Nonce != r.Nonce || got.Verifier != r.Verifier || got.Next != "/kerja/" {
			t.Errorf("EndRoundTrip = %+v, %v", got, err)
		}
		if _, err := account.EndRoundTrip(t.Context(), o.Web, r.State, r.Browser, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a second time: %v, want Invalid", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }
