package server

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Limits of the APIs in a window, for each replica: of the public one for each client, of the
// other for each token, and for each client that shows none that holds.
const (
	apiRequests     = 300
	machineRequests = 1500
	machineFailures = 300
	apiWindow       = 5 * time.Minute
)

// rateLimit counts the requests of each client in windows of fixed length. It is in memory:
// a public read never asks the database.
type rateLimit struct {
	limit  int
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	ends   time.Time // of the present window
	counts map[string]int
}

// rateLimitClients bounds the memory of a window. Clients beyond it are not counted:
// whoever commands so many addresses is not stopped by a limit for each of them.
const rateLimitClients = 100_000

func newRateLimit(limit int, window time.Duration, now func() time.Time) *rateLimit {
	return &rateLimit{limit: limit, window: window, now: now, counts: map[string]int{}}
}

// allow counts a request of the client. When it is one too many, wait says how long the client
// has to wait.
func (l *rateLimit) allow(client string) (wait time.Duration, ok bool) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.count(client, now)
	if n >= l.limit {
		return l.ends.Sub(now), false
	}
	if n > 0 || len(l.counts) < rateLimitClients {
		l.counts[client] = n + 1
	}
	return 0, true
}

// spent is allow for one who is only looked at: nothing is counted.
func (l *rateLimit) spent(client string) (wait time.Duration, spent bool) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ends.Sub(now), l.count(client, now) >= l.limit
}

// count is how often the client has come in the window of now, which it begins where it must.
func (l *rateLimit) count(client string, now time.Time) int {
	if !now.Before(l.ends) {
		l.ends = now.Add(l.window)
		l.counts = map[string]int{}
	}
	return l.counts[client]
}

// clientOf is the client at an IP address. One of IPv6 is its whole /64, which one household
// has to itself.
func clientOf(ip string) string {
	client, err := netip.ParseAddr(ip)
	if err == nil && client.Is6() && !client.Is4In6() {
		if prefix, err := client.Prefix(64); err == nil {
			return prefix.Addr().String()
		}
	}
	return client.String()
}

// waitSeconds is a wait as Retry-After has it.
func waitSeconds(wait time.Duration) string { return strconv.Itoa(int(math.Ceil(wait.Seconds()))) }
