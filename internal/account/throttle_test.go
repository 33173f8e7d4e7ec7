package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

func TestThrottle(t *testing.T) {
	t.Parallel()

	t.Run("AccountWaitsLongerAfterEachFailureBeyondFive", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		now := october
		for i, want := range []time.Duration{0, 0, 0, 0, 0, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			_, err := o.signInFrom(t, "ada", "salah sama sekali", fromHouse(i), now)
			throttled, ok := errors.AsType[*account.ThrottledError](err)
			if want == 0 {
				if ok {
					t.Fatalf("try %d: %v, want a plain refusal", i+1, err)
				}
				continue
			}
			if !ok || throttled.RetryAfter != want {
				t.Fatalf("try %d: error = %v, want to wait %s", i+1, err, want)
			}
			// Waiting too little changes nothing; afterwards one more guess is free.
			now = now.Add(want)
			if _, err := o.signInFrom(t, "ada", "salah sama sekali", fromHouse(i), now); fault.KindOf(err) != fault.Invalid {
				t.Fatalf("try %d after %s: error = %v, want Invalid", i+1, want, err)
			}
		}
		// The right password, once it may be tried, ends the row.
		now = now.Add(time.Hour)
		o.enter(t, "ada", now)
		if _, err := o.signIn(t, "ada", "salah sama sekali", now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("after signing in: error = %v, want Invalid", err)
		}
	})

	t.Run("AtMostTwentyGuessesAnHourAndFiftyADay", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		guesses, inFirstHour := 0, 0
		for at := time.Duration(0); at < 24*time.Hour; {
			_, err := o.signInFrom(t, "ada", "salah sama sekali", fromHouse(guesses), october.Add(at))
			if throttled, ok := errors.AsType[*account.ThrottledError](err); ok {
				at += throttled.RetryAfter
				continue
			}
			guesses++
			if at < time.Hour {
				inFirstHour++
			}
		}
		if inFirstHour > 20 || guesses > 50 || guesses < 40 {
			t.Errorf("%d guesses in the first hour, %d in the day, want at most 20 and 50", inFirstHour, guesses)
		}
	})

	t.Run("GuessesSentAtOnceAreCountedOneByOne", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		var guesses atomic.Int32
		var wg sync.WaitGroup
		// Everybody may read the counts but nobody write them until all have come that far.
		const crowd = 7
		err := o.Owner.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, `LOCK TABLE throttles IN EXCLUSIVE MODE`); err != nil {
				return err
			}
			for i := range crowd {
				wg.Go(func() {
					_, err := o.signInFrom(t, "ada", "salah sama sekali", fromHouse(i), october)
					if fault.KindOf(err) == fault.Invalid {
						guesses.Add(1)
					}
				})
			}
			o.waitForLocks(t, crowd)
			return nil
		})
		wg.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if guesses := guesses.Load(); guesses != 5 {
			t.Errorf("%d guesses were looked at, want 5", guesses)
		}
	})

	t.Run("AddressHasTwentyFiveFailuresInFiveMinutes", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		start := october.Truncate(5 * time.Minute)
		host := netip.MustParseAddr("2001:db8:1:2::1")
		for i := range 25 {
			_, err := o.signInFrom(t, fmt.Sprintf("orang%d", i), "salah sama sekali", host, start)
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("try %d: error = %v, want Invalid", i+1, err)
			}
		}
		// Another address of the same household is the same.
		_, err := o.signInFrom(t, "ada", goodPassword, netip.MustParseAddr("2001:db8:1:2::ffff"), start.Add(time.Minute))
		if throttled, ok := errors.AsType[*account.ThrottledError](err); !ok || throttled.RetryAfter != 4*time.Minute {
			t.Errorf("try 26: error = %v, want to wait 4 minutes", err)
		}
		if _, err := o.signInFrom(t, "ada", goodPassword, netip.MustParseAddr("2001:db8:1:3::1"), start.Add(time.Minute)); err != nil {
			t.Errorf("another household: %v", err)
		}
		if _, err := o.signInFrom(t, "ada", goodPassword, host, start.Add(5*time.Minute)); err != nil {
			t.Errorf("five minutes later: %v", err)
		}
	})

	t.Run("RightPasswordsCostAnAddressNothing", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.add(t, "ada")
		for range 30 {
			o.enter(t, "ada", october)
		}
		var left int
		if err := o.Owner.NewRaw(`SELECT count(*) FROM throttles`).Scan(t.Context(), &left); err != nil || left != 0 {
			t.Errorf("%d rows of failures left, %v, want 0", left, err)
		}
	})
}

// fromHouse is the address of one of many clients.
func fromHouse(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 9, byte(i / 250), byte(i % 250)})
}
