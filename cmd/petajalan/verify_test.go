package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallCity is a whole publication of a small invented city.
func smallCity(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile("../../internal/opendata/testdata/publication.json")
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// verifyThe runs the command over a file, and over the same bytes on standard input, which
// must say the same.
func verifyThe(t *testing.T, content []byte) (code int, said, complained string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "berkas")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	nothing := func(string) (string, bool) { return "", false }
	var out, problems bytes.Buffer
	code = run(t.Context(), []string{"verify", "--file", path}, nothing, &out, &problems)

	var piped, pipedProblems bytes.Buffer
	root := newRoot(&program{lookup: nothing, stdout: &piped, stderr: &pipedProblems})
	root.SetIn(bytes.NewReader(content))
	root.SetArgs([]string{"verify", "--file", "-"})
	if err := root.ExecuteContext(t.Context()); (err != nil) != (code != 0) || piped.String() != out.String() {
		t.Errorf("from standard input: %v, %q; from the file: %d, %q", err, piped.String(), code, out.String())
	}
	return code, out.String(), problems.String()
}

// archive packs files.
func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(smallCity(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestVerifyRecomputesAFileWithoutADatabase(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"publication": smallCity(t), "kit": archive(t, "BACA-DULU.txt", "terbitan-2.json"), "kit in a folder": archive(t, "kit/terbitan-2.json"),
	} {
		code, said, complained := verifyThe(t, content)
		if code != 0 || !strings.Contains(said, "publication 2 of 2026-TW1 holds") || !strings.Contains(said, "peragaan") || !strings.Contains(said, "sha256 ") {
			t.Errorf("%s: exit %d, %q, %q", name, code, said, complained)
		}
	}
}

func TestVerifyNamesTheFirstDifferenceOfAFile(t *testing.T) {
	t.Parallel()
	city := smallCity(t)
	changed := bytes.Replace(city, []byte(`"low":"`), []byte(`"low":"1`), 1)
	damaged := archive(t, "terbitan-2.json")
	for name, test := range map[string]struct {
		content []byte
		want    string
	}{
		"a changed figure":  {changed, "low: published 1"},
		"cut off":           {city[:len(city)/2], "cut off"},
		"empty":             {nil, "the file is empty"},
		"a page":            {[]byte("<!doctype html>"), "the file is no JSON"},
		"another archive":   {archive(t, "nilai.csv"), "no terbitan-N.json"},
		"two publications":  {archive(t, "terbitan-2.json", "terbitan-3.json"), "several publications"},
		"a damaged archive": {damaged[:len(damaged)/2], "damaged or cut off"},
	} {
		code, said, complained := verifyThe(t, test.content)
		if code != 1 || said != "" || !strings.Contains(complained, test.want) {
			t.Errorf("%s: exit %d, %q, %q, want %q", name, code, said, complained, test.want)
		}
	}
}

func TestAFileCannotWriteToTheTerminal(t *testing.T) {
	t.Parallel()
	city := bytes.Replace(smallCity(t), []byte(`"low":"`), []byte(`"low":"1`), 1)
	for name, content := range map[string][]byte{
		"names in an archive": archive(t, "\x1b]0;x\x07/terbitan-2.json", "\u202e/terbitan-3.json"),
		"a code":              bytes.ReplaceAll(city, []byte(`"agency":"`), []byte(`"agency":"\u001b[2J`)),
		"a format":            []byte("{\"format\":\"\\u001b[2J\"}"),
	} {
		code, said, complained := verifyThe(t, content)
		if code != 1 || strings.ContainsAny(said+complained, "\x1b\x07\u202e") {
			t.Errorf("%s: exit %d, %q, %q", name, code, said, complained)
		}
	}
}

func TestVerifyRefusesWhatIsNoFile(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"name the file":   {"--file", ""},
		"no such file":    {"--file", filepath.Join(t.TempDir(), "siluman.json")},
		"it is a folder":  {"--file", t.TempDir()},
		"none of the oth": {"--file", "x", "--publication", "1"},
	} {
		var out, problems bytes.Buffer
		code := run(t.Context(), append([]string{"verify"}, args...), func(string) (string, bool) { return "", false }, &out, &problems)
		if code != 1 || !strings.Contains(problems.String(), want) {
			t.Errorf("%v: exit %d, %q, want %q", args, code, problems.String(), want)
		}
	}
}
