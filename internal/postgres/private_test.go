package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

// helperDir makes the test binary a program that uses the private server in
// that folder: it prints the owner's address, and stops at the end of its
// standard input.
const helperDir = "PETAJALAN_TEST_PRIVATE_DIR"

func TestMain(m *testing.M) {
	if dir, ok := os.LookupEnv(helperDir); ok {
		os.Exit(help(dir))
	}
	os.Exit(m.Run())
}

func help(dir string) int {
	p, err := postgres.StartPrivate(context.Background(), postgres.PrivateOptions{DataDir: dir})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(p.OwnerURL())
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err := p.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// program is a helper that runs.
type program struct {
	ownerURL string
	cmd      *exec.Cmd
	stdin    io.Closer
}

// startProgram starts a helper of that executable and waits for its address.
func startProgram(t *testing.T, executable, dir string, as *syscall.Credential) *program {
	t.Helper()
	cmd := exec.Command(executable) // #nosec G204 -- this test binary
	cmd.Env = []string{helperDir + "=" + dir, "PATH=" + os.Getenv("PATH"), "HOME=/"}
	cmd.Stderr = os.Stderr
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test has not ended it
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the program does not start: %v", err)
	}
	return &program{ownerURL: strings.TrimSpace(address), cmd: cmd, stdin: stdin}
}

func (p *program) stop(t *testing.T) {
	t.Helper()
	p.stdin.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func (p *program) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func startPrivate(t *testing.T, dir string) *postgres.Private {
	t.Helper()
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func openURL(t *testing.T, address string) *bun.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Options{URL: address, MaxOpen: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func mustExec(t *testing.T, db *bun.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// serverPID is the process of the server, or 0 when none runs in the folder.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	if syscall.Kill(pid, 0) != nil {
		return 0
	}
	return pid
}

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about: %s", what)
		}
	}
}

func TestPrivateServerIsMadeSettledAndFoundAgain(t *testing.T) {
	t.Parallel()
	// As below root's home: nobody else may enter.
	dir := filepath.Join(t.TempDir(), "closed", "data")
	if err := os.Mkdir(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	p := startPrivate(t, dir)
	if !p.Made() {
		t.Error("a new server is not called made")
	}
	if _, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: p.OwnerURL()}); err != nil {
		t.Fatal(err)
	}
	mustExec(t, openURL(t, p.OwnerURL()), "INSERT INTO settings VALUES ('kota', 'Blitar')")
	// Nothing is exempt: the private server is as safe as any.
	if err := postgres.AssertServer(t.Context(), openURL(t, p.WebURL()), postgres.AssertOptions{}); err != nil {
		t.Error(err)
	}
	var n int
	if err := openURL(t, p.PublicURL()).NewRaw("SELECT count(*) FROM publications").Scan(t.Context(), &n); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"postgres.json", "postgres.log"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, error %v; want it closed to others", name, info.Mode(), err)
		}
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if pid := serverPID(t, dir); pid != 0 {
		t.Errorf("process %d still runs", pid)
	}

	// A program that died before it settled finds the server still to be filled.
	p = startPrivate(t, dir)
	if !p.Made() {
		t.Error("nobody has settled, yet it is not called made")
	}
	if err := p.Settle(); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	p = startPrivate(t, dir)
	t.Logf("second start: %v", time.Since(begin))
	if p.Made() {
		t.Error("a settled server is called made")
	}
	var city string
	if err := openURL(t, p.WebURL()).NewRaw("SELECT value FROM settings WHERE key = 'kota'").Scan(t.Context(), &city); err != nil || city != "Blitar" {
		t.Errorf("found %q, %v, want what was written", city, err)
	}
}

func TestProgramThatWasKilledFindsItsServerAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startProgram(t, self(t), dir, nil)
	mustExec(t, openURL(t, first.ownerURL), "CREATE TABLE kept AS SELECT 1 AS n")
	first.kill(t)
	second := startProgram(t, self(t), dir, nil) // at once: the old server may be stopping
	var n int
	if err := openURL(t, second.ownerURL).NewRaw("SELECT n FROM kept").Scan(t.Context(), &n); err != nil || n != 1 {
		t.Errorf("found %d, %v, want what was written", n, err)
	}
	second.kill(t)
	eventually(t, "the server stops when its last program is killed", func() bool { return serverPID(t, dir) == 0 })
}

func TestServerIsSharedUntilTheLastProgramLeaves(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var programs [3]*program
	var wg sync.WaitGroup
	for i := range programs { // at once: one makes it, the others wait
		wg.Go(func() { programs[i] = startProgram(t, self(t), dir, nil) })
	}
	wg.Wait()
	pid := serverPID(t, dir)
	for i, p := range programs {
		if p.ownerURL != programs[0].ownerURL {
			t.Errorf("%s and %s are two servers", p.ownerURL, programs[0].ownerURL)
		}
		if got := serverPID(t, dir); got != pid || pid == 0 {
			t.Errorf("with %d programs left the server is %d, want %d", len(programs)-i, got, pid)
		}
		mustExec(t, openURL(t, p.ownerURL), fmt.Sprintf("CREATE TABLE t%d (n int)", i))
		p.stop(t)
	}
	if got := serverPID(t, dir); got != 0 {
		t.Errorf("process %d still runs", got)
	}
}

func TestServerThatLostItsSupervisorIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startProgram(t, self(t), dir, nil)
	mustExec(t, openURL(t, p.ownerURL), "CREATE TABLE kept AS SELECT 1 AS n")
	pid := serverPID(t, dir)
	shell := parentOf(t, pid)
	for _, process := range append(childrenOf(t, shell), shell) {
		if process == pid {
			continue
		}
		if err := syscall.Kill(process, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the supervisor is gone", func() bool {
			files, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", process)) // none when it is gone
			return len(files) == 0
		})
	}
	p.kill(t)
	next := startPrivate(t, dir)
	var n int
	if err := openURL(t, next.OwnerURL()).NewRaw("SELECT n FROM kept").Scan(t.Context(), &n); err != nil || n != 1 {
		t.Errorf("found %d, %v, want what was written", n, err)
	}
	if got := serverPID(t, dir); got == pid || got == 0 {
		t.Errorf("the server is %d, want a new one instead of %d", got, pid)
	}
}

// parentOf reads the parent of a process from /proc; elsewhere the test is not
// possible.
func parentOf(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skip("this system has no /proc")
	}
	fields := strings.Fields(string(stat)[strings.LastIndex(string(stat), ")")+1:])
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		t.Fatal(err)
	}
	return parent
}

func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	var children []int
	for word := range strings.FieldsSeq(string(text)) {
		child, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, child)
	}
	return children
}

func TestNumberOfADeadServerThatSomebodyElseHasNowDoesNotMatter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startPrivate(t, dir)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	// As in a container that was started again: the number is ours now.
	stale := fmt.Sprintf("%d\n%s\n1790000000\n5432\n\n127.0.0.1\n  1234567     12345\nready   \n", os.Getppid(), filepath.Join(dir, "postgres"))
	path := filepath.Join(dir, "postgres", "postmaster.pid")
	if err := os.WriteFile(path, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	p = startPrivate(t, dir)
	mustExec(t, openURL(t, p.OwnerURL()), "SELECT 1")
}

func TestClusterOfAnotherVersionIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cluster := filepath.Join(dir, "postgres")
	if err := os.Mkdir(cluster, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cluster, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "made by PostgreSQL 9") {
		t.Errorf("error %v, want both versions named", err)
	}
	if _, err := os.Stat(filepath.Join(cluster, "PG_VERSION")); err != nil {
		t.Errorf("the cluster was touched: %v", err)
	}

	foreign := t.TempDir()
	if err := os.MkdirAll(filepath.Join(foreign, "postgres", "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: foreign})
	if err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("error %v, want a word about the foreign folder", err)
	}
}

func TestLostPasswordsAreExplained(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := startPrivate(t, dir).Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "postgres.json")); err != nil {
		t.Fatal(err)
	}
	_, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "postgres.json is missing") {
		t.Errorf("error %v, want the file named", err)
	}
}

func TestNormalUserHasAPrivateServerToo(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("all tests of this file run as a normal user already")
		return
	}
	// An executable and a folder that the other user can reach.
	dir, err := os.MkdirTemp("/tmp", "petajalan-user-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	const nobody = 65534
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self(t))
	if err != nil {
		t.Fatal(err)
	}
	executable := filepath.Join(dir, "program")
	if err := os.WriteFile(executable, content, 0o755); err != nil { // #nosec G306 -- to be run by another user
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	p := startProgram(t, executable, data, &syscall.Credential{Uid: nobody, Gid: nobody})
	mustExec(t, openURL(t, p.ownerURL), "CREATE TABLE kept AS SELECT 1 AS n")
	p.stop(t)
	if pid := serverPID(t, data); pid != 0 {
		t.Errorf("process %d still runs", pid)
	}
}
