package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
)

var (
	october = time.Date(2026, 10, 12, 9, 0, 0, 0, time.FixedZone("WIB", 7*3600))
	counter = netip.MustParseAddr("10.1.2.3")
)

const goodPassword = "kucing biru naik sepeda"

// office is a database as serve uses it, with one agency and one account.
type office struct {
	*postgrestest.Database
	hasher *account.Hasher
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Database: postgrestest.NewDatabase(t), hasher: account.NewHasher()}
	for _, q := range []string{
		`INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota Blitar', 'uji')`,
		`INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
			VALUES ('dlh', 'dinas', 'Dinas Lingkungan Hidup', 'DLH', '35.72', true, true, '2025-01-01', 'uji', 'high'),
				('mpp', 'unit', 'Mal Pelayanan Publik', 'MPP', '35.72', true, false, '2025-01-01', 'uji', 'high')`,
	} {
		if _, err := o.Owner.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// add makes an account that types the figures of dlh from the start of 2026.
func (o *office) add(t *testing.T, login string) {
	t.Helper()
	o.addWith(t, login, account.Appointment{Role: account.Operator, Agency: "dlh", From: october.AddDate(-1, 0, 0)})
}

func (o *office) addWith(t *testing.T, login string, as ...account.Appointment) {
	t.Helper()
	_, err := account.Add(t.Context(), o.Web, o.hasher, account.NewUser{Login: login, Name: "Petugas", Password: goodPassword, Appointments: as}, october)
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) signIn(t *testing.T, login, password string, now time.Time) (string, error) {
	t.Helper()
	return o.signInFrom(t, login, password, counter, now)
}

func (o *office) signInFrom(t *testing.T, login, password string, addr netip.Addr, now time.Time) (string, error) {
	t.Helper()
	return account.SignIn(t.Context(), o.Web, o.hasher, account.Credentials{Login: login, Password: password, From: account.From{Addr: addr, UserAgent: "uji"}}, now)
}

// enter signs in and returns the token.
func (o *office) enter(t *testing.T, login string, now time.Time) string {
	t.Helper()
	token, err := o.signIn(t, login, goodPassword, now)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// waitForLocks waits until so many sessions wait for a lock. It asks outside of any
// transaction, in which the answer would stay the same.
func (o *office) waitForLocks(t *testing.T, want int) {
	t.Helper()
	for waiting := 0; waiting < want; {
		err := o.Owner.NewRaw(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(t.Context(), &waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func wantNoSession(t *testing.T, db bun.IDB, token string, now time.Time) {
	t.Helper()
	if u, err := account.Lookup(t.Context(), db, token, now); !errors.Is(err, account.ErrNoSession) {
		t.Errorf("Lookup = %v, %v, want ErrNoSession", u, err)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()

	t.Run("TokenLeadsBackToTheUserWithTheRolesOfTheDay", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWith(t, "plt.dlh",
			account.Appointment{Role: account.Head, Agency: "dlh", Acting: true, From: october.AddDate(0, -1, 0), To: october},
			account.Appointment{Role: account.Council, From: october.AddDate(0, 0, 1)})
		token := o.enter(t, " PLT.dlh ", october)
		u, err := account.Lookup(t.Context(), o.Web, token, october)
		if err != nil {
			t.Fatal(err)
		}
		if u.Login != "plt.dlh" || !u.MayApprove("dlh") || !u.Appointments[0].Acting || u.Holds(account.Council) {
			t.Errorf("user = %+v, want acting head of dlh and nothing else", u)
		}
		// The role ends with its last day in the zone of the city, without any job.
		token = o.enter(t, "plt.dlh", october.Add(20*time.Hour))
		u, err = account.Lookup(t.Context(), o.Web, token, october.Add(20*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if u.MayApprove("dlh") || !u.Holds(account.Council) {
			t.Errorf("next day: user = %+v, want council only", u)
		}
	})

	t.Run("SameAnswerForWrongPasswordUnknownUserAndClosedAccount", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		o.add(t, "tutup")
		if err := account.Disable(t.Context(), o.Web, "tutup", october); err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for login, password := range map[string]string{"ada": "kata sandi yang salah", "tidakada": goodPassword, "tutup": goodPassword, "nul\x00": goodPassword, "ADA'--": goodPassword} {
			_, err := o.signIn(t, login, password, october)
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: error = %v, want Invalid", login, err)
			}
			said[fault.MessageOf(err)] = true
		}
		if len(said) != 1 {
			t.Errorf("%d different sentences, want 1: %v", len(said), said)
		}
	})

	t.Run("NewTokenEachTimeAndOnlyItsHashIsKept", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		a, b := o.enter(t, "ada", october), o.enter(t, "ada", october)
		if a == b {
			t.Error("two sessions with one token")
		}
		var dump string
		err := o.Owner.NewRaw(`SELECT string_agg(s::text, ' ') FROM sessions s`).Scan(t.Context(), &dump)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(dump, a) || strings.Contains(dump, fmt.Sprintf("%x", a)) {
			t.Error("the token itself stands in the table")
		}
	})

	t.Run("OldHashIsMadeAnew", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		// argon2id of goodPassword at a quarter of the cost.
		cheap := account.CheapHash(t, goodPassword)
		if _, err := o.Owner.NewRaw(`UPDATE users SET password_hash = ?`, cheap).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
		token := o.enter(t, "ada", october)
		if _, err := account.Lookup(t.Context(), o.Web, token, october); err != nil {
			t.Fatal(err)
		}
		var hash string
		if err := o.Owner.NewRaw(`SELECT password_hash FROM users`).Scan(t.Context(), &hash); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hash = %.40s…, want today's cost", hash)
		}
		o.enter(t, "ada", october)
	})

	t.Run("NobodyGetsInWhenAttemptsCannotBeCounted", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		if _, err := o.Owner.ExecContext(t.Context(), `ALTER TABLE throttles RENAME TO away`); err != nil {
			t.Fatal(err)
		}
		if token, err := o.signIn(t, "ada", goodPassword, october); err == nil || token != "" {
			t.Errorf("SignIn = %q, %v, want an error", token, err)
		}
	})
}

func TestSession(t *testing.T) {
	t.Parallel()

	t.Run("EndsAfterHalfAnHourWithoutARequest", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		if _, err := account.Lookup(t.Context(), o.Web, token, october.Add(29*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := account.Lookup(t.Context(), o.Web, token, october.Add(58*time.Minute)); err != nil {
			t.Errorf("29 minutes after the last request: %v", err)
		}
		wantNoSession(t, o.Web, token, october.Add(88*time.Minute))
	})

	t.Run("EndsAfterTwelveHoursInAnyCase", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		for at := time.Duration(0); at < 12*time.Hour; at += 20 * time.Minute {
			if _, err := account.Lookup(t.Context(), o.Web, token, october.Add(at)); err != nil {
				t.Fatalf("after %s: %v", at, err)
			}
		}
		wantNoSession(t, o.Web, token, october.Add(12*time.Hour))
	})

	t.Run("LastSeenIsWrittenAtMostOnceAMinute", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		for _, tt := range []struct{ at, want time.Duration }{{59 * time.Second, 0}, {61 * time.Second, 61 * time.Second}, {100 * time.Second, 61 * time.Second}} {
			if _, err := account.Lookup(t.Context(), o.Web, token, october.Add(tt.at)); err != nil {
				t.Fatal(err)
			}
			var seen time.Time
			if err := o.Owner.NewRaw(`SELECT last_seen FROM sessions`).Scan(t.Context(), &seen); err != nil {
				t.Fatal(err)
			}
			if got := seen.Sub(october); got != tt.want {
				t.Errorf("request after %s: last seen after %s, want %s", tt.at, got, tt.want)
			}
		}
	})

	t.Run("StaysEndedWhileALateRequestStillRuns", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		token := o.enter(t, "ada", october)
		later := october.Add(5 * time.Minute)
		// The late request has read the session and wants to note that it is in use, just when it is ended.
		var wg sync.WaitGroup
		err := o.Owner.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, `SELECT FROM sessions FOR UPDATE`); err != nil {
				return err
			}
			wg.Go(func() { _, _ = account.Lookup(t.Context(), o.Web, token, later) })
			o.waitForLocks(t, 1)
			return account.SignOut(ctx, tx, token, later)
		})
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, token, later)
		var seen time.Time
		if err := o.Owner.NewRaw(`SELECT last_seen FROM sessions WHERE revoked_at IS NOT NULL`).Scan(t.Context(), &seen); err != nil || !seen.Equal(october) {
			t.Errorf("ended session last seen %s, %v, want %s", seen, err, october)
		}
	})

	t.Run("EndsWhenTheAccountIsClosedOrGetsANewPassword", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		o.add(t, "budi")
		a, b := o.enter(t, "ada", october), o.enter(t, "budi", october)
		if err := account.Disable(t.Context(), o.Web, "ada", october); err != nil {
			t.Fatal(err)
		}
		if err := account.SetPassword(t.Context(), o.Web, o.hasher, "budi", "payung merah di atas awan", october); err != nil {
			t.Fatal(err)
		}
		wantNoSession(t, o.Web, a, october)
		wantNoSession(t, o.Web, b, october)
		if _, err := o.signIn(t, "budi", goodPassword, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("old password: error = %v, want Invalid", err)
		}
		if _, err := o.signIn(t, "budi", "payung merah di atas awan", october); err != nil {
			t.Errorf("new password: %v", err)
		}
	})

	t.Run("ForgedTokensAreNoSessions", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 10000), "\x00" + strings.Repeat("A", 42)} {
			wantNoSession(t, o.Web, token, october)
		}
	})

	t.Run("PurgeRemovesOnlyWhatEndedAWeekAgo", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		o.enter(t, "ada", october.AddDate(0, 0, -10))
		o.enter(t, "ada", october)
		if n, err := account.Purge(t.Context(), o.Web, october); err != nil || n != 1 {
			t.Errorf("Purge = %d, %v, want 1", n, err)
		}
	})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "ada")
	from := october
	for _, tt := range []struct {
		name string
		user account.NewUser
		want fault.Kind
	}{
		{"LoginTaken", account.NewUser{Login: "ADA", Name: "A", Password: goodPassword}, fault.Conflict},
		{"LoginTooShort", account.NewUser{Login: "a", Name: "A", Password: goodPassword}, fault.Invalid},
		{"LoginWithSpace", account.NewUser{Login: "a b c", Name: "A", Password: goodPassword}, fault.Invalid},
		{"NoName", account.NewUser{Login: "baru", Name: " ", Password: goodPassword}, fault.Invalid},
		{"EasyPassword", account.NewUser{Login: "baru", Name: "A", Password: "KotaBlitar2026"}, fault.Invalid},
		{"UnknownRole", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: "raja", From: from}}}, fault.Invalid},
		{"OperatorWithoutAgency", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Operator, From: from}}}, fault.Invalid},
		{"AdminOfAnAgency", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Admin, Agency: "dlh", From: from}}}, fault.Invalid},
		{"UnknownAgency", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Head, Agency: "dinas-lain", From: from}}}, fault.Invalid},
		{"AgencyThatDoesNotReport", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Head, Agency: "mpp", From: from}}}, fault.Invalid},
		{"EndsBeforeItBegins", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Admin, From: from, To: from.AddDate(0, 0, -1)}}}, fault.Invalid},
		{"SameRoleTwice", account.NewUser{Login: "baru", Name: "A", Password: goodPassword, Appointments: []account.Appointment{{Role: account.Admin, From: from}, {Role: account.Admin, From: from}}}, fault.Conflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := account.Add(t.Context(), o.Web, o.hasher, tt.user, october)
			if fault.KindOf(err) != tt.want || fault.MessageOf(err) == "" {
				t.Errorf("Add: kind = %v, want %v (error: %v)", fault.KindOf(err), tt.want, err)
			}
		})
	}
	t.Cleanup(func() {
		users, err := account.List(t.Context(), o.Web)
		if err == nil && (len(users) != 1 || len(users[0].Appointments) != 1) {
			t.Errorf("%d accounts after refusals, want the first alone", len(users))
		}
	})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		password string
		ok       bool
	}{
		{goodPassword, true},
		{"benar kuda baterai staples", true},
		{"Tr0ub4dor&3-panjang", true},
		{"日本語のとても長い秘密の言葉", true},
		{strings.Repeat("kuda baterai ", 9) + "staples hi", true},
		{"pendek", false},
		{strings.Repeat("kuda baterai", 11), false},
		{"password1234", false},
		{"P@ssw0rd2026!", false},
		{"KotaBlitar2026", false},
		{"p3t4j4l4n-b1it4r", false},
		{"dispendukcapil123", false},
		{"123456789012", false},
		{"abcdefghijklmnop", false},
		{"aaaaaaaaaaaaaa", false},
		{"qwertyuiop123", false},
		{"operator.dlh2026", false},
		{"2026-10-12-09-00", false},
		{"siti.rahmawati99", false},
		{"\xff\xfe\xfd\xfc aku tidak bisa dibaca", false},
	} {
		err := account.CheckPassword(tt.password, "siti.rahmawati")
		if (err == nil) != tt.ok || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("CheckPassword(%q) = %v, want ok = %v", tt.password, err, tt.ok)
		}
	}
}

func TestMay(t *testing.T) {
	t.Parallel()
	user := func(as ...account.Appointment) *account.User { return &account.User{ID: 1, Appointments: as} }
	camat := user(account.Appointment{Role: account.Head, Agency: "kec-sukorejo"})
	operator := user(account.Appointment{Role: account.Operator, Agency: "dlh"})
	reviewer := user(account.Appointment{Role: account.Reviewer})
	council := user(account.Appointment{Role: account.Council})
	leader := user(account.Appointment{Role: account.Leader})
	closed := user(account.Appointment{Role: account.Reviewer})
	closed.Disabled = true
	for _, tt := range []struct {
		name string
		got  bool
		want bool
	}{
		{"camat reads a kelurahan below", camat.MaySeeAgency("35.72.02.1001", "kec-sukorejo"), true},
		{"camat reads no other kelurahan", camat.MaySeeAgency("35.72.03.1007", "kec-sananwetan"), false},
		{"camat does not approve for a kelurahan", camat.MayApprove("35.72.02.1001"), false},
		{"camat does not read an agency without parent", camat.MaySeeAgency("dlh", ""), false},
		{"operator reads own agency", operator.MaySeeAgency("dlh", ""), true},
		{"operator of a parent reads nothing below", operator.MaySeeAgency("dlh-upt", "dlh"), false},
		{"operator does not approve", operator.MayApprove("dlh"), false},
		{"reviewer sees the city", reviewer.MaySeeCity(), true},
		{"reviewer does not type", reviewer.MayReport("dlh"), false},
		{"council sees no work in progress", council.MaySeeCity() || council.MaySeeAgency("dlh", ""), false},
		{"leader sees and changes nothing", leader.MaySeeCity() && !leader.MayVerify() && !leader.MayPublish() && !leader.MayReturn("dlh"), true},
		{"closed account may nothing", closed.MayVerify() || closed.Holds(account.Reviewer), false},
		{"nobody may nothing", (*account.User)(nil).MaySeeCity() || (*account.User)(nil).MayReport("dlh"), false},
		{"empty code is no agency", operator.MayReport("") || camat.MayApprove(""), false},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}
