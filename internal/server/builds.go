package server

import (
	"context"
	"errors"
	"time"

	"petajalan/internal/fault"
)

// Bounds of waiting for what is built on demand.
const (
	patience  = 25 * time.Second // of a reader, whatever it is that takes so long
	slowWait  = 20 * time.Second // of a slow build for its turn
	slowTurns = 1
)

// always says that every page of a route is slow.
func always(params) bool { return true }

// inTurn has a slow build wait for its turn, so that however many different ones are asked
// for, they take one core and the memory of one. A build that gets no turn is given up.
func (s *site) inTurn(build func(context.Context) (*answer, error)) func(context.Context) (*answer, error) {
	return func(ctx context.Context) (*answer, error) {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), slowWait)
		leave, err := s.slowly.take(wait)
		cancel()
		if err != nil {
			return nil, err
		}
		defer leave()
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), buildTimeout)
		defer cancel()
		return build(ctx)
	}
}

// take waits for a turn until ctx ends; leave gives it back. Unavailable (fault) where there
// was none.
func (t turns) take(ctx context.Context) (leave func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, beingMade()
		}
		return nil, ctx.Err()
	}
}

// beingMade is the fault of what cannot be had at once.
func beingMade() error {
	return fault.New(fault.Unavailable, "Halaman atau berkas ini masih disiapkan karena banyak yang meminta. Coba lagi beberapa saat lagi.")
}
