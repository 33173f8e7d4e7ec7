package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// The times of an orderly end, which together stay below the minute that an
// operator's supervisor usually allows.
const (
	requestGrace = 25 * time.Second // for requests under way
	jobGrace     = 20 * time.Second // for the job under way, after that
)

// serving is a site and its scheduled work while they run.
type serving struct {
	listener net.Listener
	handler  http.Handler
	watch    func(context.Context)       // looks for new publications until the context ends
	jobs     func(context.Context) error // works the schedule until the context ends and the job under way is finished
	drain    func()                      // makes /readyz say no
	// settle is how long requests are still taken after drain, so that whoever
	// distributes them has noticed.
	settle time.Duration
	log    *slog.Logger
}

// run serves until ctx ends or something fails, and then ends in order: say no
// to new requests, finish those under way, finish the job under way.
func (s serving) run(ctx context.Context) error {
	// Requests and jobs outlive the signal; they end by the order below.
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorking()
	scheduling, stopScheduling := context.WithCancel(working)
	defer stopScheduling()

	web := newHTTPServer(s.handler, s.log)
	web.BaseContext = func(net.Listener) context.Context { return working }
	failed := make(chan error, 2)
	go func() { failed <- fmt.Errorf("serve: %w", web.Serve(s.listener)) }()
	jobsDone := make(chan struct{})
	go func() {
		defer close(jobsDone)
		if err := s.jobs(scheduling); err != nil {
			failed <- fmt.Errorf("run the schedule: %w", err)
		}
	}()
	watchDone := make(chan struct{})
	go func() {
		defer close(watchDone)
		s.watch(scheduling)
	}()

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		s.log.Info("stopping")
		s.drain()
		time.Sleep(s.settle)
	}
	stopScheduling()
	shutdown, cancel := context.WithTimeout(working, requestGrace)
	defer cancel()
	if e := web.Shutdown(shutdown); e != nil {
		err = errors.Join(err, fmt.Errorf("finish requests: %w", e), web.Close())
	}
	select {
	case <-jobsDone:
	case <-time.After(jobGrace):
		err = errors.Join(err, errors.New("finish the job under way: it takes too long; its slot will be worked again"))
	}
	stopWorking()
	<-watchDone
	return err
}

// newHTTPServer bounds what a slow or hostile client can hold.
func newHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients that break off, mostly
	}
}
