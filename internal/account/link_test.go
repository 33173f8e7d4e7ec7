package account_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

const newPassword = "payung merah di atas awan"

// letters are the tokens of the links that were mailed, oldest first.
func (o *office) letters(t *testing.T) []string {
	t.Helper()
	var bodies []string
	if err := o.Owner.NewRaw(`SELECT body FROM outbox WHERE channel = 'mail' AND secret ORDER BY id`).Scan(t.Context(), &bodies); err != nil {
		t.Fatal(err)
	}
	var tokens []string
	for _, b := range bodies {
		_, rest, _ := strings.Cut(b, "https://x/?k=")
		token, _, _ := strings.Cut(rest, "\n")
		tokens = append(tokens, token)
	}
	return tokens
}

func (o *office) askReset(t *testing.T, who string, f account.From, now time.Time) {
	t.Helper()
	err := account.AskReset(t.Context(), o.Web, who, f, now, func(token string) string { return "https://x/?k=" + token })
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) addWithEmail(t *testing.T, login, email string) {
	t.Helper()
	o.add(t, login)
	if _, err := o.Owner.ExecContext(t.Context(), `UPDATE users SET email = ? WHERE login = ?`, email, login); err != nil {
		t.Fatal(err)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()

	t.Run("LinkWorksOnceAndEndsAllSessions", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWithEmail(t, "ada", "ada@x.id")
		old := o.enter(t, "ada", october)
		o.askReset(t, "ADA@x.id ", from, october)
		o.askReset(t, "ada", from, october.Add(time.Second))
		links := o.letters(t)
		if len(links) != 2 {
			t.Fatalf("%d letters, want 2", len(links))
		}
		for range 3 { // mail scanners open links, and nothing happens
			if l, err := account.LookAtLink(t.Context(), o.Web, links[0], october); err != nil || l.Login != "ada" || l.ByAdmin {
				t.Fatalf("LookAtLink = %v, %v", l, err)
			}
		}
		if _, err := account.UseLink(t.Context(), o.Web, o.hasher, links[0], "pendek", from, october); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an easy password: %v, want Invalid", err)
		}
		token, err := account.UseLink(t.Context(), o.Web, o.hasher, links[0], newPassword, from, october)
		if err != nil {
			t.Fatal(err)
		}
		o.lookup(t, token, october)
		wantNoSession(t, o.Web, old, october)
		for _, link := range links { // the other one is void too
			if _, err := account.UseLink(t.Context(), o.Web, o.hasher, link, newPassword, from, october); !errors.Is(err, account.ErrNoLink) {
				t.Errorf("a link after one was used: %v, want ErrNoLink", err)
			}
		}
		if _, err := o.signIn(t, "ada", newPassword, october); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})

	t.Run("LinkEndsAfterHalfAnHourAndWithTheAccount", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWithEmail(t, "ada", "ada@x.id")
		o.askReset(t, "ada", from, october)
		link := o.letters(t)[0]
		if err := account.Disable(t.Context(), o.Web, "ada", october); err != nil {
			t.Fatal(err)
		}
		if _, err := account.UseLink(t.Context(), o.Web, o.hasher, link, newPassword, from, october); !errors.Is(err, account.ErrNoLink) {
			t.Errorf("of a closed account: %v, want ErrNoLink", err)
		}
		if _, err := o.Owner.ExecContext(t.Context(), `UPDATE users SET disabled_at = NULL`); err != nil {
			t.Fatal(err)
		}
		if _, err := account.UseLink(t.Context(), o.Web, o.hasher, link, newPassword, from, october.Add(account.ResetLasts)); !errors.Is(err, account.ErrNoLink) {
			t.Errorf("after half an hour: %v, want ErrNoLink", err)
		}
	})

	t.Run("ThreeAnHourForAnAccountAndNoneForStrangers", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWithEmail(t, "ada", "ada@x.id")
		o.add(t, "budi") // without an address
		for range 5 {
			o.askReset(t, "ada", from, october)
		}
		o.askReset(t, "budi", from, october)
		o.askReset(t, "siapa", from, october)
		o.askReset(t, "\x00'", from, october)
		if n := len(o.letters(t)); n != 3 {
			t.Errorf("%d letters, want 3", n)
		}
	})

	t.Run("TwentyFiveAnHourFromAnAddressAndIPv6IsCountedByNetwork", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWithEmail(t, "ada", "ada@x.id")
		for i := range 25 {
			a := netip.MustParseAddr("2001:db8:1:2::1")
			for range i {
				a = a.Next()
			}
			o.askReset(t, "siapa", account.From{Addr: a}, october)
		}
		o.askReset(t, "ada", account.From{Addr: netip.MustParseAddr("2001:db8:1:2:ffff::1")}, october)
		if n := len(o.letters(t)); n != 0 {
			t.Errorf("%d letters after 25 questions of the network, want 0", n)
		}
		o.askReset(t, "ada", account.From{Addr: netip.MustParseAddr("2001:db8:1:3::1")}, october)
		if n := len(o.letters(t)); n != 1 {
			t.Errorf("%d letters to another network, want 1", n)
		}
	})

	t.Run("ASecondFactorIsStillToBeShown", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.addWithEmail(t, "ada", "ada@x.id")
		o.enrol(t, keys(t, secretA), o.enter(t, "ada", october), october)
		o.askReset(t, "ada", from, october)
		token, err := account.UseLink(t.Context(), o.Web, o.hasher, o.letters(t)[0], newPassword, from, october)
		if err != nil {
			t.Fatal(err)
		}
		if u := o.lookup(t, token, october); u.Step != account.StepCode {
			t.Errorf("step %d, want StepCode", u.Step)
		}
	})
}
