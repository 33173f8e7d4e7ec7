package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

func keys(t *testing.T, secret string, former ...string) *account.Keys {
	t.Helper()
	k, err := account.NewKeys(secret, former...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	secretA = strings.Repeat("a", 32)
	secretB = strings.Repeat("b", 32)
	from    = account.From{Addr: counter, UserAgent: "uji"}
)

// codeAt is the code that an app with this secret shows at the moment.
func codeAt(t *testing.T, secret string, now time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(now.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (o *office) lookup(t *testing.T, token string, now time.Time) *account.User {
	t.Helper()
	u, err := account.Lookup(t.Context(), o.Web, token, now)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// enrol sets up a second factor in the session and returns its secret, the recovery codes
// and the session that goes on.
func (o *office) enrol(t *testing.T, k *account.Keys, token string, now time.Time) (secret string, codes []string, raised string) {
	t.Helper()
	u := o.lookup(t, token, now)
	if err := account.BeginEnrolment(t.Context(), o.Web, k, u, token); err != nil {
		t.Fatal(err)
	}
	e, err := account.Enrolling(t.Context(), o.Web, k, u, token)
	if err != nil || e == nil {
		t.Fatalf("Enrolling = %v, %v", e, err)
	}
	raised, codes, err = account.FinishEnrolment(t.Context(), o.Web, k, u, token, codeAt(t, e.Secret, now), now)
	if err != nil {
		t.Fatal(err)
	}
	return e.Secret, codes, raised
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	k := keys(t, secretA)

	t.Run("RolesThatAskForOneMayNothingWithoutIt", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		for _, role := range []account.Role{account.Reviewer, account.Inspector, account.Admin} {
			o.addWith(t, string(role), account.Appointment{Role: role, From: october})
			u := o.lookup(t, o.enter(t, string(role), october), october)
			if u.Step != account.StepEnrol || u.Holds(role) || u.MaySeeCity() || u.MayVerify() || u.MayManageUsers() {
				t.Errorf("%s without a second factor: step %d, holds %v", role, u.Step, u.Holds(role))
			}
		}
		o.add(t, "ada")
		if u := o.lookup(t, o.enter(t, "ada", october), october); u.Step != account.StepDone || !u.MayReport("dlh") {
			t.Errorf("operator: step %d", u.Step)
		}
	})

	t.Run("ASettingAsksOtherRolesForOneAtTheNextRequest", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		admin := &account.User{ID: 1, Login: "ada", Name: "Ada", Appointments: []account.Appointment{{Role: account.Admin}}}
		if err := account.SetSecondFactorRoles(t.Context(), o.Web, admin, []account.Role{account.Operator}, october); err != nil {
			t.Fatal(err)
		}
		if u := o.lookup(t, token, october); u.Step != account.StepEnrol {
			t.Errorf("step %d, want StepEnrol", u.Step)
		}
		if err := account.SetSecondFactorRoles(t.Context(), o.Web, admin, []account.Role{account.Admin}, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a role that always needs one: %v, want Invalid", err)
		}
	})

	t.Run("ADemoAsksForNone", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		if _, err := o.Owner.ExecContext(t.Context(), `INSERT INTO settings (key, value) VALUES ('demo', 'true')`); err != nil {
			t.Fatal(err)
		}
		o.addWith(t, "admin", account.Appointment{Role: account.Admin, From: october})
		if u := o.lookup(t, o.enter(t, "admin", october), october); u.Step != account.StepDone || u.FactorRequired {
			t.Errorf("step %d in a demo", u.Step)
		}
	})

	t.Run("EachStepHasATokenOfItsOwnAndACodeWorksOnce", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWith(t, "admin", account.Appointment{Role: account.Admin, From: october})
		first := o.enter(t, "admin", october)
		secret, codes, raised := o.enrol(t, k, first, october)
		if len(codes) != 10 || codes[0] == codes[1] || raised == first {
			t.Fatalf("%d recovery codes, same token %v", len(codes), raised == first)
		}
		wantNoSession(t, o.Web, first, october)
		if u := o.lookup(t, raised, october); u.Step != account.StepDone || !u.MayManageUsers() {
			t.Errorf("after enrolling: step %d", u.Step)
		}
		// The code that proved the factor is used up, also for a sign-in.
		second := o.enter(t, "admin", october)
		u := o.lookup(t, second, october)
		if u.Step != account.StepCode || u.MayManageUsers() {
			t.Errorf("after the password: step %d", u.Step)
		}
		if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, second, codeAt(t, secret, october), from, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the same code again: %v, want Invalid", err)
		}
		later := october.Add(time.Minute)
		for _, at := range []time.Time{later.Add(-90 * time.Second), later.Add(90 * time.Second)} {
			if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, second, codeAt(t, secret, at), from, later); fault.KindOf(err) != fault.Invalid {
				t.Errorf("a code %s away: %v, want Invalid", at.Sub(later), err)
			}
		}
		whole, spare, err := account.ShowCode(t.Context(), o.Web, k, u, second, " "+codeAt(t, secret, later.Add(30*time.Second))[:3]+" "+codeAt(t, secret, later.Add(30*time.Second))[3:], from, later)
		if err != nil || spare != -1 {
			t.Fatalf("the code of the next step: %v, spare %d", err, spare)
		}
		wantNoSession(t, o.Web, second, later)
		o.lookup(t, whole, later)
	})

	t.Run("FiveWrongCodesEndTheSignInAndAllOfADayAreCounted", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWith(t, "admin", account.Appointment{Role: account.Admin, From: october})
		secret, _, _ := o.enrol(t, k, o.enter(t, "admin", october), october)
		token := o.enter(t, "admin", october)
		u := o.lookup(t, token, october)
		for i := range 5 {
			_, _, err := account.ShowCode(t.Context(), o.Web, k, u, token, "000000", from, october)
			if i < 4 && fault.KindOf(err) != fault.Invalid || i == 4 && !errors.Is(err, account.ErrSignInAgain) {
				t.Errorf("wrong code %d: %v", i+1, err)
			}
		}
		wantNoSession(t, o.Web, token, october)
		// Signing in again does not begin the count anew: whoever has the password may not go on guessing.
		token = o.enter(t, "admin", october)
		u = o.lookup(t, token, october)
		var throttled *account.ThrottledError
		if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, token, codeAt(t, secret, october.Add(time.Second)), from, october.Add(time.Second)); !errors.As(err, &throttled) {
			t.Errorf("the sixth code: %v, want a ThrottledError", err)
		}
		later := october.Add(2 * time.Minute)
		if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, token, codeAt(t, secret, later), from, later); err != nil {
			t.Errorf("the right code after waiting: %v", err)
		}
	})

	t.Run("ARecoveryCodeWorksOnceAndOnlyForItsOwner", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		for _, login := range []string{"admin", "admin2"} {
			o.addWith(t, login, account.Appointment{Role: account.Admin, From: october})
		}
		_, codes, _ := o.enrol(t, k, o.enter(t, "admin", october), october)
		_, others, _ := o.enrol(t, k, o.enter(t, "admin2", october), october)
		token := o.enter(t, "admin", october)
		u := o.lookup(t, token, october)
		if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, token, others[0], from, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("somebody else's: %v, want Invalid", err)
		}
		_, spare, err := account.ShowCode(t.Context(), o.Web, k, u, token, strings.ToUpper(codes[3]), from, october)
		if err != nil || spare != 9 {
			t.Fatalf("%v, spare %d, want 9", err, spare)
		}
		token = o.enter(t, "admin", october)
		u = o.lookup(t, token, october)
		if _, _, err := account.ShowCode(t.Context(), o.Web, k, u, token, codes[3], from, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a second time: %v, want Invalid", err)
		}
	})

	t.Run("SecretsAreSealedAndMoveToTheNewKeyWhenUsed", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWith(t, "admin", account.Appointment{Role: account.Admin, From: october})
		secret, _, _ := o.enrol(t, k, o.enter(t, "admin", october), october)
		show := func(k *account.Keys, now time.Time) error {
			token := o.enter(t, "admin", now)
			_, _, err := account.ShowCode(t.Context(), o.Web, k, o.lookup(t, token, now), token, codeAt(t, secret, now), from, now)
			return err
		}
		if err := show(keys(t, secretB), october.Add(time.Minute)); err == nil || !strings.Contains(err.Error(), "PETAJALAN_SECRET_FORMER") {
			t.Errorf("another secret: %v", err)
		}
		if err := show(keys(t, secretB, secretA), october.Add(2*time.Minute)); err != nil {
			t.Errorf("with the former secret: %v", err)
		}
		if err := show(keys(t, secretB), october.Add(3*time.Minute)); err != nil {
			t.Errorf("the former secret is needed still: %v", err)
		}
	})

	t.Run("OnesOwnCanBeTurnedOffUnlessARoleAsksForIt", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		secret, _, token := o.enrol(t, k, o.enter(t, "ada", october), october)
		u := o.lookup(t, token, october)
		now := october.Add(time.Minute)
		if err := account.DropSecondFactor(t.Context(), o.Web, k, u, "123456", from, now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("wrong code: %v, want Invalid", err)
		}
		forced := *u
		forced.FactorRequired = true
		if err := account.DropSecondFactor(t.Context(), o.Web, k, &forced, codeAt(t, secret, now), from, now); fault.KindOf(err) != fault.Conflict {
			t.Errorf("required: %v, want Conflict", err)
		}
		codes, err := account.RenewRecovery(t.Context(), o.Web, k, u, codeAt(t, secret, now), from, now)
		if err != nil || len(codes) != 10 {
			t.Errorf("new recovery codes: %d, %v", len(codes), err)
		}
		now = now.Add(time.Minute)
		if err := account.DropSecondFactor(t.Context(), o.Web, k, u, codeAt(t, secret, now), from, now); err != nil {
			t.Fatal(err)
		}
		if u := o.lookup(t, o.enter(t, "ada", now), now); u.Step != account.StepDone || u.SecondFactor {
			t.Errorf("after turning it off: step %d", u.Step)
		}
	})
}
