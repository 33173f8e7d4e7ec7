package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSecretIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), secretFile)
	first, err := keptSecret(path)
	if err != nil || len(first) != 64 {
		t.Fatalf("keptSecret = %d characters, %v, want 64", len(first), err)
	}
	if second, err := keptSecret(path); err != nil || second != first {
		t.Errorf("the second start has another secret, %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode().Perm(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
