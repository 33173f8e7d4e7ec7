package postgres

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// state is what the program must remember about its private server: the
// passwords of the logins, and how far making it has come.
type state struct {
	Owner       string `json:"owner"`
	Web         string `json:"web"`
	Public      string `json:"public"`
	Provisioned bool   `json:"provisioned"` // database, roles and logins are there
	Settled     bool   `json:"settled"`     // migrated and filled for the first time
}

const stateName = "postgres.json"

// newState makes passwords and writes them down before they are used.
func newState(dir string) (state, error) {
	s := state{Owner: rand.Text(), Web: rand.Text(), Public: rand.Text()}
	return s, s.write(dir)
}

func readState(dir string) (state, error) {
	var s state
	text, err := os.ReadFile(filepath.Join(dir, stateName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("%s is missing beside the cluster; it holds the passwords, so bring it back from a backup or choose another folder in PETAJALAN_DATA", stateName)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read %s: %w", stateName, err)
	}
	return s, nil
}

// write replaces the file as a whole, flushed, so that it is never half there.
func (s state) write(dir string) error {
	text, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, stateName+".*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, stateName))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", stateName, err), os.RemoveAll(f.Name()))
	}
	return nil
}

// clusterVersion is the major version that made the cluster, or 0 when there
// is no cluster.
func clusterVersion(cluster string) (int, error) {
	text, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if entries, err := os.ReadDir(cluster); err == nil && len(entries) > 0 {
			return 0, fmt.Errorf("%s is not empty, but no PostgreSQL made it: choose another folder in PETAJALAN_DATA", cluster)
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read PG_VERSION: %w", err)
	}
	return major, nil
}
