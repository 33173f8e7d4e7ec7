package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// minSecret is the least number of characters a secret of Keys has.
const minSecret = 32

// keyIDLength is how many bytes say by which key something was sealed.
const keyIDLength = 4

// Keys seal the secrets of second factors, so that a copy of the database alone gives no
// code. They come from PETAJALAN_SECRET, and from the secrets it had before while
// something sealed with those is still there.
type Keys struct {
	current [keyIDLength]byte
	byID    map[[keyIDLength]byte]cipher.AEAD
}

// NewKeys makes the keys of a secret of at least 32 characters. former are secrets that
// were in use before: what they sealed can be read, and is sealed anew when it is used.
func NewKeys(secret string, former ...string) (*Keys, error) {
	k := &Keys{byID: map[[keyIDLength]byte]cipher.AEAD{}}
	for i, s := range append([]string{secret}, former...) {
		if len(s) < minSecret {
			return nil, fmt.Errorf("make keys: a secret has at least %d characters", minSecret)
		}
		id, err := hkdf.Key(sha256.New, []byte(s), nil, "petajalan second factor id", keyIDLength)
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		raw, err := hkdf.Key(sha256.New, []byte(s), nil, "petajalan second factor", 32)
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		sealer, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("make keys: %w", err)
		}
		k.byID[[keyIDLength]byte(id)] = sealer
		if i == 0 {
			k.current = [keyIDLength]byte(id)
		}
	}
	return k, nil
}

// seal locks text away for one user: the id of the key, a nonce, and the text, which opens
// for nobody else's row.
func (k *Keys) seal(user int64, text []byte) []byte {
	sealer := k.byID[k.current]
	nonce := make([]byte, sealer.NonceSize())
	rand.Read(nonce) // never fails: the program ends instead
	out := append(k.current[:], nonce...)
	return sealer.Seal(out, nonce, text, ofUser(user))
}

// open gives back what was sealed for the user, and whether that was with a former key.
func (k *Keys) open(user int64, sealed []byte) (text []byte, outdated bool, err error) {
	if len(sealed) < keyIDLength {
		return nil, false, errors.New("open a secret: nothing is sealed here")
	}
	id := [keyIDLength]byte(sealed)
	sealer := k.byID[id]
	if sealer == nil {
		return nil, false, errors.New("open a secret: it was sealed with another PETAJALAN_SECRET; give that one as PETAJALAN_SECRET_FORMER")
	}
	rest := sealed[keyIDLength:]
	if len(rest) < sealer.NonceSize() {
		return nil, false, errors.New("open a secret: it is cut off")
	}
	text, err = sealer.Open(nil, rest[:sealer.NonceSize()], rest[sealer.NonceSize():], ofUser(user))
	if err != nil {
		return nil, false, fmt.Errorf("open a secret: %w", err)
	}
	return text, id != k.current, nil
}

func ofUser(user int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(user)) }
