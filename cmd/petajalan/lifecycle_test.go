package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// diary notes in which order things happen.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func TestStopFinishesRequestsAndTheJobUnderWay(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var d diary
	inside, finish, answered := make(chan struct{}), make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := serving{
		listener: listener,
		handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(inside)
			<-finish
			if r.Context().Err() != nil {
				d.note("the request is cut off")
			}
			d.note("request done")
			close(answered)
			_, _ = io.WriteString(w, "selesai") // a lost answer fails below
		}),
		watch: func(ctx context.Context) { <-ctx.Done() },
		jobs: func(ctx context.Context) error {
			<-ctx.Done()
			d.note("schedule told")
			close(finish) // only after the schedule was stopped may the request end
			<-answered
			d.note("job done")
			return nil
		},
		drain: func() { d.note("drained") },
		log:   slog.New(slog.DiscardHandler),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		answer <- string(text) + errText(err)
	}()
	<-inside
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	if got := <-answer; got != "selesai" {
		t.Errorf("the request under way got %q", got)
	}
	want := []string{"drained", "schedule told", "request done", "job done"}
	if !slices.Equal(d.lines, want) {
		t.Errorf("order %q, want %q", d.lines, want)
	}
	if conn, err := net.Dial("tcp4", listener.Addr().String()); err == nil {
		conn.Close()
		t.Error("connections are still accepted")
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestScheduleThatCannotRunEndsTheProgram(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = serving{
		listener: listener,
		handler:  http.NotFoundHandler(),
		watch:    func(ctx context.Context) { <-ctx.Done() },
		jobs:     func(context.Context) error { return errors.New("no such job") },
		drain:    func() {},
		log:      slog.New(slog.DiscardHandler),
	}.run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no such job") {
		t.Errorf("run = %v, want the schedule's error", err)
	}
}

func TestClientsAreBounded(t *testing.T) {
	t.Parallel()
	s := newHTTPServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	if s.ReadHeaderTimeout != 5*time.Second || s.ReadTimeout != 30*time.Second || s.WriteTimeout != time.Minute ||
		s.IdleTimeout != time.Minute || s.MaxHeaderBytes != 32<<10 {
		t.Errorf("bounds: %+v", s)
	}
}
