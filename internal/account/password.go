package account

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"petajalan/internal/fault"
)

// A password has at least 12 and at most 128 characters, of any kind.
const (
	minPassword = 12
	maxPassword = 128
)

// hashParams are the cost of a hash: 19 MiB and two passes, about 30 ms.
var hashParams = &argon2id.Params{Memory: 19456, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobodyHash is looked at when there is no such user, so that the answer takes as
// long as for one that exists. Its cost must be that of hashParams.
const nobodyHash = "$argon2id$v=19$m=19456,t=2,p=1$5Wwkb7aYQzOHo3npptkANA$C07C0JJEIpdFNRJKMrkP8i2vh3/yshdOqYQPBVl83l8"

// How many hashes are made at once, and how long one waits for its turn.
const (
	hashSlots = 4
	hashWait  = 2 * time.Second
)

// Hasher makes and checks the hashes of passwords, four at a time, so that a storm
// of sign-ins costs neither all memory nor all processors.
type Hasher struct{ slots chan struct{} }

// NewHasher returns a Hasher; a process needs one.
func NewHasher() *Hasher { return &Hasher{slots: make(chan struct{}, hashSlots)} }

// enter waits for a turn; the caller must call leave. It fails with Unavailable
// after two seconds.
func (h *Hasher) enter(ctx context.Context) error {
	wait := time.NewTimer(hashWait)
	defer wait.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-wait.C:
		return fault.New(fault.Unavailable, "Sedang banyak yang masuk bersamaan. Silakan coba lagi sebentar lagi.")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }

// Hash returns the hash of a password as it is kept.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(password, hashParams)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// check reports whether the password is that of the hash, and whether the hash
// was made at a lower cost than today's and should be made anew.
func (h *Hasher) check(ctx context.Context, password, hash string) (ok, outdated bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	ok, params, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, false, fmt.Errorf("check password: %w", err)
	}
	return ok, params.Memory < hashParams.Memory || params.Iterations < hashParams.Iterations, nil
}

//go:embed denylist.txt
var denylistText string

// denylist are the words that do not make a password, also not several of them,
// nor with digits and signs around.
var denylist = func() map[string]bool {
	words := make(map[string]bool)
	for line := range strings.Lines(denylistText) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			for _, w := range strings.Fields(line) {
				words[w] = true
			}
		}
	}
	return words
}()

// CheckPassword refuses (Invalid) a password that is too short, too long or easily
// guessed, with a sentence that says what to do. There are no rules about kinds of
// characters.
func CheckPassword(password, login string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return fault.New(fault.Invalid, "Kata sandi harus paling sedikit %d karakter. Beberapa kata yang tidak berkaitan mudah diingat.", minPassword)
	case n > maxPassword:
		return fault.New(fault.Invalid, "Kata sandi paling panjang %d karakter.", maxPassword)
	case !utf8.ValidString(password):
		return fault.New(fault.Invalid, "Kata sandi memuat karakter yang tidak dapat dibaca.")
	case isEasy(password, login):
		return fault.New(fault.Invalid, "Kata sandi ini mudah ditebak. Pilih beberapa kata yang tidak berkaitan dengan kota, instansi, atau nama Anda.")
	}
	return nil
}

// isEasy reports whether nothing is left of the password once digits, signs and
// known words are taken out, or it is a run or a repetition.
func isEasy(password, login string) bool {
	lower := strings.ToLower(password)
	if distinct(lower) < 5 || isRun(lower) {
		return true
	}
	if name, _, _ := strings.Cut(login, "@"); len(name) >= 4 {
		lower = strings.ReplaceAll(lower, name, "")
	}
	if madeOfWords(letters(lower)) {
		return true
	}
	// Once more with the usual replacements undone, p4ss and b1itar, but for a number at the end.
	core := strings.TrimFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, one := range []string{"i", "l"} {
		if madeOfWords(letters(strings.NewReplacer("0", "o", "1", one, "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i").Replace(core))) {
			return true
		}
	}
	return false
}

// letters keeps only the letters of s.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// madeOfWords reports whether s is empty or consists of words of the denylist only.
func madeOfWords(s string) bool {
	reached := make([]bool, len(s)+1) // reached[i]: s[:i] consists of words
	reached[0] = true
	for i := range s {
		if !reached[i] {
			continue
		}
		for j := i + 1; j <= len(s); j++ {
			if denylist[s[i:j]] {
				reached[j] = true
			}
		}
	}
	return reached[len(s)]
}

// isRun reports whether each character follows the one before, as in
// "abcdefghijkl" or "987654321098".
func isRun(s string) bool {
	runes := []rune(s)
	up, down := true, true
	for i := 1; i < len(runes); i++ {
		step := runes[i] - runes[i-1]
		up = up && (step == 1 || step == -9)
		down = down && (step == -1 || step == 9)
	}
	return up || down
}

func distinct(s string) int {
	seen := make(map[rune]bool)
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
