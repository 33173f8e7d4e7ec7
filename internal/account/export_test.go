package account

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// CheapHash is a hash made at a lower cost than today's.
func CheapHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 4096, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
