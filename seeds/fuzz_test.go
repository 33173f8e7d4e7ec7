package seeds_test

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"petajalan/seeds"
)

// Whatever stands in a file, it is either fine or refused with a sentence; it
// never ends the program. A folder of this one file is always refused.
func FuzzAnyFileIsReadOrRefused(f *testing.F) {
	names := []string{"goals.yaml", "objectives.yaml", "roadmap.yaml", "rules.yaml", "agency_names.csv"}
	for i, name := range names {
		content, err := fs.ReadFile(seeds.Files(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, content)
	}
	f.Add(0, []byte("goals:\n  - &a {code: T1}\n  - *a\n  - <<: *a\n"))
	f.Add(0, []byte("? [goals]\n: - 1\n"))
	f.Add(4, []byte("agency,name\n\"\n"))
	f.Fuzz(func(t *testing.T, which int, content []byte) {
		name := names[uint(which)%uint(len(names))]
		_, err := seeds.Load(t.Context(), nil, fstest.MapFS{name: {Data: content}}, time.Time{})
		problems, ok := errors.AsType[seeds.Problems](err)
		if !ok {
			t.Fatalf("Load = %v, want Problems: the other files are missing", err)
		}
		for _, p := range problems {
			if p.File == "" || p.What == "" || p.Fix == "" || p.Line < 0 {
				t.Errorf("problem %+v says too little", p)
			}
		}
	})
}
