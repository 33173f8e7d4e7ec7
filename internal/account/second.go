package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/postgres"
)

// A second factor is a TOTP of RFC 6238 as every authenticator app has it: SHA-1, six
// digits, 30 seconds. The step before and the one after are taken too, for clocks that are off.
const (
	stepLength   = 30 * time.Second
	codeTries    = 5 // wrong codes after which a sign-in begins anew
	secretLength = 20
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// ErrSignInAgain says that there were too many wrong codes, so the session was ended.
var ErrSignInAgain = errors.New("too many wrong codes, sign in again")

var errWrongCode = fault.New(fault.Invalid, "Kode ini tidak cocok atau sudah dipakai. Tunggu kode berikutnya di aplikasi, lalu ketik enam angkanya.")

func codeKey(user int64) string { return key("kode", strconv.FormatInt(user, 10)) }

// ShowCode takes the code of the second factor, or a recovery code, of the session whose
// token it gets, and returns the token of the session that goes on from it. A wrong code is
// Invalid; after five the session is over (ErrSignInAgain); too many within a day, over all
// sessions, are a *ThrottledError. spare is how many recovery codes are left when one was
// used, otherwise -1.
func ShowCode(ctx context.Context, db bun.IDB, k *Keys, u *User, token, code string, f From, now time.Time) (raised string, spare int, err error) {
	if u.Step != StepCode {
		return "", -1, fault.New(fault.Conflict, "Langkah ini tidak diperlukan lagi.")
	}
	var outcome error
	spare = -1
	err = charged(ctx, db, u.ID, f, now, func(ctx context.Context, tx bun.Tx) (bool, error) {
		outcome = nil
		var tries int
		err := tx.NewRaw(`SELECT code_tries FROM sessions WHERE token_sha256 = ? AND user_id = ? AND revoked_at IS NULL FOR UPDATE`, tokenSum(token), u.ID).Scan(ctx, &tries)
		switch {
		case postgres.NoRows(err):
			return false, ErrNoSession
		case err != nil:
			return false, fmt.Errorf("lock the session: %w", err)
		}
		ok, used, err := useCode(ctx, tx, k, u.ID, code, now)
		if err != nil {
			return false, err
		}
		if !ok {
			outcome = errWrongCode
			query := `UPDATE sessions SET code_tries = code_tries + 1 WHERE token_sha256 = ?0`
			if tries+1 >= codeTries {
				outcome = ErrSignInAgain
				query = `UPDATE sessions SET code_tries = code_tries + 1, revoked_at = ?1 WHERE token_sha256 = ?0`
			}
			if _, err := tx.NewRaw(query, tokenSum(token), now).Exec(ctx); err != nil {
				return false, fmt.Errorf("count a wrong code: %w", err)
			}
			return false, note(ctx, tx, u, "refuse code", u.Login, nil, nil, now)
		}
		if used {
			if spare, err = tellSpare(ctx, tx, u, now); err != nil {
				return false, err
			}
		}
		if raised, err = raise(ctx, tx, token, levelWhole, now); err != nil {
			return false, err
		}
		return true, note(ctx, tx, u, "show second factor", u.Login, nil, map[string]bool{"recovery": used}, now)
	})
	if err = errors.Join(err, outcome); err != nil {
		return "", -1, err
	}
	return raised, spare, nil
}

// charged counts a code as wrong before it is looked at, and takes that back when f says it
// was right. f returns an error only when nothing it did shall stay.
func charged(ctx context.Context, db bun.IDB, user int64, from From, now time.Time, f func(context.Context, bun.Tx) (bool, error)) error {
	a, err := charge(ctx, db, codeKey(user), from, now)
	if err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		ok, err := f(ctx, tx)
		if err != nil || !ok {
			return err
		}
		if err := refund(ctx, tx, a); err != nil {
			return err
		}
		return forget(ctx, tx, a.account)
	})
}

// useCode takes a code of the app or a recovery code of the user, each once, and reports
// whether it was right and whether it was a recovery code.
func useCode(ctx context.Context, tx bun.Tx, k *Keys, user int64, code string, now time.Time) (ok, recovery bool, err error) {
	var row struct {
		Secret   []byte
		LastStep int64
	}
	err = tx.NewRaw(`SELECT secret, last_step FROM second_factors WHERE user_id = ? FOR UPDATE`, user).Scan(ctx, &row)
	switch {
	case postgres.NoRows(err):
		return false, false, nil
	case err != nil:
		return false, false, fmt.Errorf("read the second factor of user %d: %w", user, err)
	}
	if code = normalCode(code); len(code) == recoveryLength {
		ok, err := useRecovery(ctx, tx, user, code, now)
		return ok, ok, err
	}
	secret, outdated, err := k.open(user, row.Secret)
	if err != nil {
		return false, false, err
	}
	step, err := stepOf(secret, code, row.LastStep, now)
	if err != nil || step == 0 {
		return false, false, err
	}
	if outdated {
		row.Secret = k.seal(user, secret)
	}
	_, err = tx.NewRaw(`UPDATE second_factors SET last_step = ?, secret = ? WHERE user_id = ?`, step, row.Secret, user).Exec(ctx)
	if err != nil {
		return false, false, fmt.Errorf("note the code as used: %w", err)
	}
	return true, false, nil
}

// stepOf is the step whose code this is, the last one that was used left behind; 0 when the
// code is wrong.
func stepOf(secret []byte, code string, last int64, now time.Time) (int64, error) {
	current := now.Unix() / int64(stepLength/time.Second)
	var found int64
	for step := current - 1; step <= current+1; step++ {
		want, err := hotp.GenerateCode(base32Text.EncodeToString(secret), uint64(step))
		if err != nil {
			return 0, fmt.Errorf("make a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found, nil
}

// normalCode takes out what people write between the characters of a code.
func normalCode(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' {
			return -1
		}
		return r
	}, s)
	if len(s) > 64 {
		return ""
	}
	return strings.ToLower(s)
}

// BeginEnrolment puts a new secret into the session, for a second factor to be set up. It
// belongs to this session alone until a code proves that the owner has it.
func BeginEnrolment(ctx context.Context, db bun.IDB, k *Keys, u *User, token string) error {
	if u.SecondFactor {
		return fault.New(fault.Conflict, "Akun ini sudah memakai langkah kedua.")
	}
	secret := make([]byte, secretLength)
	rand.Read(secret) // never fails: the program ends instead
	_, err := db.NewRaw(`UPDATE sessions SET enrolling = ? WHERE token_sha256 = ? AND user_id = ? AND revoked_at IS NULL`,
		k.seal(u.ID, secret), tokenSum(token), u.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin a second factor: %w", err)
	}
	return nil
}

// Enrolment is a second factor that is being set up.
type Enrolment struct {
	Secret string // as it is typed into an app
	Link   string // otpauth:// address, as the QR code has it
}

// Enrolling returns what is being set up in the session; nil: nothing.
func Enrolling(ctx context.Context, db bun.IDB, k *Keys, u *User, token string) (*Enrolment, error) {
	secret, err := enrolling(ctx, db, k, u, token)
	if err != nil || secret == nil {
		return nil, err
	}
	text := base32Text.EncodeToString(secret)
	q := url.Values{"secret": {text}, "issuer": {"Peta Jalan"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	link := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Peta Jalan:" + u.Login, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return &Enrolment{Secret: text, Link: link.String()}, nil
}

func enrolling(ctx context.Context, db bun.IDB, k *Keys, u *User, token string) ([]byte, error) {
	var sealed []byte
	err := db.NewRaw(`SELECT enrolling FROM sessions WHERE token_sha256 = ? AND user_id = ? AND revoked_at IS NULL`, tokenSum(token), u.ID).Scan(ctx, &sealed)
	switch {
	case postgres.NoRows(err):
		return nil, ErrNoSession
	case err != nil:
		return nil, fmt.Errorf("read the second factor being set up: %w", err)
	case sealed == nil:
		return nil, nil
	}
	secret, _, err := k.open(u.ID, sealed)
	return secret, err
}

// FinishEnrolment makes what is being set up the second factor of the account, when the code
// is right (otherwise Invalid). It returns the token of the session that goes on from here,
// and the recovery codes, which nobody can read again.
func FinishEnrolment(ctx context.Context, db bun.IDB, k *Keys, u *User, token, code string, now time.Time) (raised string, codes []string, err error) {
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		secret, err := enrolling(ctx, tx, k, u, token)
		if err != nil {
			return err
		}
		if secret == nil {
			return fault.New(fault.Conflict, "Pemasangan ini sudah selesai atau belum dimulai. Buka halamannya lagi.")
		}
		step, err := stepOf(secret, normalCode(code), 0, now)
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.New(fault.Invalid, "Kode ini tidak cocok. Pastikan jam ponsel benar, lalu ketik enam angka yang sedang tampil.")
		}
		res, err := tx.NewRaw(`INSERT INTO second_factors (user_id, secret, confirmed_at, last_step) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			u.ID, k.seal(u.ID, secret), now, step).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep the second factor: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fault.New(fault.Conflict, "Akun ini sudah memakai langkah kedua."), err)
		}
		if codes, err = newRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		if raised, err = raise(ctx, tx, token, levelWhole, now); err != nil {
			return err
		}
		return note(ctx, tx, u, "set up second factor", u.Login, nil, nil, now)
	})
	if err != nil {
		return "", nil, err
	}
	return raised, codes, nil
}

// DropSecondFactor takes the second factor off one's own account. It asks for a code, and
// refuses (Conflict) while a role asks for the factor.
func DropSecondFactor(ctx context.Context, db bun.IDB, k *Keys, u *User, code string, f From, now time.Time) error {
	if u.FactorRequired {
		return fault.New(fault.Conflict, "Peran Anda mewajibkan langkah kedua, jadi tidak dapat dimatikan.")
	}
	return withCode(ctx, db, k, u, code, f, now, func(ctx context.Context, tx bun.Tx) error {
		if err := removeFactor(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, u, "drop second factor", u.Login, nil, nil, now)
	})
}

// RenewRecovery gives new recovery codes for a code of the app; the old ones are void.
func RenewRecovery(ctx context.Context, db bun.IDB, k *Keys, u *User, code string, f From, now time.Time) (codes []string, err error) {
	err = withCode(ctx, db, k, u, code, f, now, func(ctx context.Context, tx bun.Tx) error {
		if codes, err = newRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, u, "renew recovery codes", u.Login, nil, nil, now)
	})
	return codes, err
}

// withCode does something of one's own account that a code must confirm.
func withCode(ctx context.Context, db bun.IDB, k *Keys, u *User, code string, f From, now time.Time, do func(context.Context, bun.Tx) error) error {
	var outcome error
	err := charged(ctx, db, u.ID, f, now, func(ctx context.Context, tx bun.Tx) (bool, error) {
		outcome = nil
		ok, _, err := useCode(ctx, tx, k, u.ID, code, now)
		if err != nil {
			return false, err
		}
		if !ok {
			outcome = errWrongCode
			return false, note(ctx, tx, u, "refuse code", u.Login, nil, nil, now)
		}
		return true, do(ctx, tx)
	})
	return errors.Join(err, outcome)
}

func removeFactor(ctx context.Context, tx bun.Tx, user int64) error {
	for _, q := range []string{`DELETE FROM recovery_codes WHERE user_id = ?`, `DELETE FROM second_factors WHERE user_id = ?`} {
		if _, err := tx.NewRaw(q, user).Exec(ctx); err != nil {
			return fmt.Errorf("remove the second factor of user %d: %w", user, err)
		}
	}
	return nil
}

// tellSpare tells the owner that a recovery code was used, and returns how many are left.
func tellSpare(ctx context.Context, tx bun.Tx, u *User, now time.Time) (int, error) {
	left, err := SpareCodes(ctx, tx, u.ID)
	if err != nil {
		return 0, err
	}
	return left, notice.Tell(ctx, tx, notice.Note{
		Key: "recovery code " + now.UTC().Format(time.RFC3339Nano), Kind: notice.Security, To: []int64{u.ID}, Href: "/kerja/akun",
		Text: fmt.Sprintf("Kode cadangan dipakai untuk masuk ke akun Anda. Sisa %d kode. Jika bukan Anda, ganti kata sandi sekarang.", left),
	}, now)
}
