package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The comparison with nginx: both serve the same bytes of a page from one core, our program
// with everything it does in production, nginx from a file packed ahead. They are asked in
// turn, so that whatever else the machine does is shared by both; a ratio is the median of
// the rounds.
const (
	nginxRounds      = 9
	nginxRound       = 500 * time.Millisecond
	nginxConnections = 16
)

// BenchmarkNginx reports of each case how many requests per second we answer in one that
// nginx answers (rps-ratio, at least 0.50, of a 304 0.45), and how many times longer the
// slowest hundredth waits (p99-ratio, at most 3). PETAJALAN_DATA may name the folder of a
// demo that is not running; otherwise one is made.
func BenchmarkNginx(b *testing.B) {
	if _, err := exec.LookPath("nginx"); err != nil {
		b.Skip("nginx is not installed, so there is nothing to compare with")
	}
	if _, err := exec.LookPath("taskset"); err != nil || runtime.NumCPU() < 2 {
		b.Skip("two cores and taskset are needed: one for the server, one for those who ask")
	}
	folder := b.TempDir()
	ours := startDemo(b, folder)
	pages := map[string]string{"home": "/", "kelurahan": "/kelurahan/bendogerit"}
	for name, path := range pages {
		plain, packed := fetchPage(b, ours, path, ""), fetchPage(b, ours, path, "gzip")
		writeFile(b, filepath.Join(folder, name+".html"), plain.body)
		writeFile(b, filepath.Join(folder, name+".html.gz"), packed.body)
	}
	nginx := startNginx(b, folder)
	pinSelf(b)
	for name, path := range pages {
		file := "/" + name + ".html"
		mine, theirs := fetchPage(b, ours, path, "gzip"), fetchPage(b, nginx, file, "gzip")
		if !bytes.Equal(mine.body, theirs.body) || len(mine.body) == 0 {
			b.Fatalf("%s: our %d bytes are not the %d of nginx", path, len(mine.body), len(theirs.body))
		}
		b.Run(name, func(b *testing.B) {
			compare(b, asking{ours, request(path, ""), http.StatusOK}, asking{nginx, request(file, ""), http.StatusOK})
		})
		b.Run(name+"-304", func(b *testing.B) {
			compare(b, asking{ours, request(path, mine.etag), http.StatusNotModified}, asking{nginx, request(file, theirs.etag), http.StatusNotModified})
		})
	}
}

// compare asks both in turn and reports the ratios.
func compare(b *testing.B, ours, nginx asking) {
	for b.Loop() {
		var rates, waits, rate, wait []float64
		for range nginxRounds {
			theirs, mine := nginx.round(b), ours.round(b)
			rates, waits = append(rates, mine.perSecond/theirs.perSecond), append(waits, mine.p99/theirs.p99)
			rate, wait = append(rate, mine.perSecond), append(wait, mine.p99)
		}
		b.ReportMetric(median(rates), "rps-ratio")
		b.ReportMetric(median(waits), "p99-ratio")
		b.ReportMetric(median(rate), "rps")
		b.ReportMetric(median(wait), "p99-ms")
	}
	b.ReportMetric(0, "ns/op") // a round takes as long as it is told to
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// asking is a request that is put again and again.
type asking struct {
	address string // "127.0.0.1:80"
	request []byte
	status  int // of the answer
}

// request asks for a page as a browser does that reads gzip.
func request(path, tag string) []byte {
	r := "GET " + path + " HTTP/1.1\r\nHost: rapor.example.go.id\r\nUser-Agent: Mozilla/5.0 (Linux; Android 10; K)\r\n" +
		"Accept: text/html,application/xhtml+xml\r\nAccept-Language: id-ID,id;q=0.9\r\nAccept-Encoding: gzip\r\n"
	if tag != "" {
		r += "If-None-Match: " + tag + "\r\n"
	}
	return []byte(r + "\r\n")
}

// figures are what a round has shown.
type figures struct {
	perSecond float64
	p99       float64 // milliseconds
}

// round asks over connections that are kept, on each again as soon as the answer is there.
func (a asking) round(b *testing.B) figures {
	b.Helper()
	type outcome struct {
		waits []time.Duration
		err   error
	}
	outcomes := make(chan outcome, nginxConnections)
	start := time.Now()
	for range nginxConnections {
		go func() {
			waits, err := a.ask(start.Add(nginxRound))
			outcomes <- outcome{waits, err}
		}()
	}
	var all []time.Duration
	for range nginxConnections {
		o := <-outcomes
		if o.err != nil {
			b.Fatalf("ask %s: %v", a.address, o.err)
		}
		all = append(all, o.waits...)
	}
	slices.Sort(all)
	return figures{
		perSecond: float64(len(all)) / time.Since(start).Seconds(),
		p99:       float64(all[len(all)*99/100]) / float64(time.Millisecond),
	}
}

// ask puts the request over one connection until the moment has come, and returns how long
// each answer took.
func (a asking) ask(until time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", a.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(until.Add(10 * time.Second)); err != nil {
		return nil, err
	}
	want := []byte("HTTP/1.1 " + strconv.Itoa(a.status) + " ")
	buffer := make([]byte, 256<<10)
	var waits []time.Duration
	for asked := time.Now(); asked.Before(until); asked = time.Now() {
		if _, err := conn.Write(a.request); err != nil {
			return nil, err
		}
		if err := readAnswer(conn, buffer, want); err != nil {
			return nil, err
		}
		waits = append(waits, time.Since(asked))
	}
	return waits, nil
}

// readAnswer reads one answer, which must begin with want and fit in the buffer.
func readAnswer(conn net.Conn, buffer, want []byte) error {
	read, total := 0, -1
	for total < 0 || read < total {
		if read == len(buffer) {
			return fmt.Errorf("the answer is longer than %d bytes", len(buffer))
		}
		n, err := conn.Read(buffer[read:])
		if err != nil {
			return err
		}
		read += n
		if total >= 0 {
			continue
		}
		head := bytes.Index(buffer[:read], []byte("\r\n\r\n"))
		if head < 0 {
			continue
		}
		if !bytes.HasPrefix(buffer, want) {
			return fmt.Errorf("answered %q", buffer[:min(head, 40)])
		}
		total = head + 4
		if _, rest, found := bytes.Cut(buffer[:head], []byte("Content-Length: ")); found {
			length, _, _ := bytes.Cut(rest, []byte("\r"))
			body, err := strconv.Atoi(string(length))
			if err != nil {
				return err
			}
			total += body
		}
	}
	return nil
}

// page is an answer read whole.
type page struct {
	body []byte
	etag string
}

func fetchPage(b *testing.B, address, path, encoding string) page {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", encoding)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Encoding") != encoding {
		b.Fatalf("%s: %d in %q (%v)", path, response.StatusCode, response.Header.Get("Content-Encoding"), err)
	}
	return page{body, response.Header.Get("ETag")}
}

func writeFile(b *testing.B, name string, content []byte) {
	b.Helper()
	if err := os.WriteFile(name, content, 0o644); err != nil {
		b.Fatal(err)
	}
}

// freeAddress is an address on the loopback that nobody listens at.
func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// startChild starts a program on the first core and ends it with the benchmark.
func startChild(b *testing.B, address string, environment []string, output io.Writer, program ...string) {
	b.Helper()
	c := exec.Command("taskset", append([]string{"-c", "0"}, program...)...)
	c.Env = append(os.Environ(), environment...)
	c.Stdout, c.Stderr = output, output
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	b.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		<-ended
	})
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			b.Fatalf("%s ends at once: %v", program[0], err)
		default:
		}
	}
	b.Fatalf("%s does not answer at %s", program[0], address)
}

// startDemo builds the program and starts the demo with it, with a line of log per request
// as in production.
func startDemo(b *testing.B, folder string) (address string) {
	b.Helper()
	program := filepath.Join(folder, "petajalan")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(folder, "petajalan.log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { log.Close() })
	data := os.Getenv("PETAJALAN_DATA")
	if data == "" {
		data = filepath.Join(folder, "data")
	}
	address = freeAddress(b)
	startChild(b, address, []string{"GOMAXPROCS=1", "LOG_LEVEL=info", "PETAJALAN_ADDR=" + address, "PETAJALAN_DATA=" + data}, log, program, "demo")
	return address
}

// startNginx serves a folder with one worker, as a distribution sets nginx up, without an
// end to kept connections.
func startNginx(b *testing.B, folder string) (address string) {
	b.Helper()
	address = freeAddress(b)
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // the folder of the benchmark is this user's
	}
	config := filepath.Join(folder, "nginx.conf")
	writeFile(b, config, []byte(strings.NewReplacer("FOLDER", folder, "ADDRESS", address, "USER", user).Replace(`
USER
daemon off;
worker_processes 1;
pid FOLDER/nginx.pid;
error_log FOLDER/nginx-error.log;
events { worker_connections 512; }
http {
	access_log off;
	sendfile on;
	tcp_nopush on;
	keepalive_requests 100000000;
	gzip_static on;
	default_type "text/html; charset=utf-8";
	client_body_temp_path FOLDER/t1;
	proxy_temp_path FOLDER/t2;
	fastcgi_temp_path FOLDER/t3;
	uwsgi_temp_path FOLDER/t4;
	scgi_temp_path FOLDER/t5;
	server { listen ADDRESS; root FOLDER; }
}
`)))
	startChild(b, address, nil, io.Discard, "nginx", "-c", config, "-e", filepath.Join(folder, "nginx-start.log"))
	return address
}

// pinSelf keeps this process on the second core.
func pinSelf(b *testing.B) {
	b.Helper()
	pin := func(cores string) {
		if out, err := exec.Command("taskset", "-apc", cores, strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
			b.Fatalf("taskset: %v\n%s", err, out)
		}
	}
	pin("1")
	procs := runtime.GOMAXPROCS(1)
	b.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		pin("0-" + strconv.Itoa(runtime.NumCPU()-1))
	})
}
