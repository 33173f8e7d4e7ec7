package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"petajalan/internal/account"
	"petajalan/internal/config"
)

// secretFile is the name, in the data folder, of the secret that a private PostgreSQL
// starts with when none is set.
const secretFile = "secret"

// keys makes the keys that seal second factors: from PETAJALAN_SECRET, or, with the private
// PostgreSQL, from a secret that was made on its first start and lies beside its data.
func (s *store) keys(cfg config.Config) (*account.Keys, error) {
	secret := cfg.Secret.Reveal()
	if secret == "" {
		if s.private == nil {
			return nil, cfg.CheckServe()
		}
		var err error
		if secret, err = keptSecret(filepath.Join(cfg.Data, secretFile)); err != nil {
			return nil, err
		}
	}
	var former []string
	if f := cfg.FormerSecret.Reveal(); f != "" {
		former = append(former, f)
	}
	return account.NewKeys(secret, former...)
}

// keptSecret reads the secret, or makes one where there is none. The file is for its owner
// alone, and it is whole before it has its name.
func keptSecret(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	b := make([]byte, 32)
	rand.Read(b) // never fails: the program ends instead
	secret := hex.EncodeToString(b)
	f, err := os.CreateTemp(filepath.Dir(path), secretFile+".*.part") // readable for its owner alone
	if err != nil {
		return "", fmt.Errorf("keep the secret: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.WriteString(secret + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return "", fmt.Errorf("keep the secret: %w", err)
	}
	return secret, nil
}
