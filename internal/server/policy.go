package server

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/report"
)

// audience says who may open an address: everybody, or those who are signed in with one
// of the roles, or programs.
type audience struct {
	everybody bool
	machine   bool // programs with a token, and nobody else
	signedIn  bool // all who are in, also without a role of today
	roles     []account.Role
}

// The audiences there are. A row narrows down to an address; which agency somebody sees
// there is for the query behind it.
var (
	everybody = audience{everybody: true}
	// signedIn is for one's own account, which also somebody without a role has.
	signedIn = audience{signedIn: true}
	// anyRole are all who work with the program.
	anyRole = audience{roles: account.Roles[:]}
	// workers see work in progress: all but the council, which reads what is published.
	workers = audience{roles: []account.Role{account.Operator, account.Head, account.Reviewer, account.Inspector, account.Leader, account.Admin}}
	// speakers comment on it: those but for the leaders, who change nothing.
	speakers  = audience{roles: []account.Role{account.Operator, account.Head, account.Reviewer, account.Inspector, account.Admin}}
	operators = audience{roles: []account.Role{account.Operator}}
	heads     = audience{roles: []account.Role{account.Head}}
	reviewers = audience{roles: []account.Role{account.Reviewer}}
	// inspection looks at samples of what was verified.
	inspection = audience{roles: []account.Role{account.Inspector, account.Reviewer}}
	inspectors = audience{roles: []account.Role{account.Inspector}}
	// overseers look after the program: jobs and trail.
	overseers = audience{roles: []account.Role{account.Reviewer, account.Admin}}
	admins    = audience{roles: []account.Role{account.Admin}}
	// machines hand figures in by a token; what they may touch is for the token to say.
	machines = audience{machine: true}
)

// admits reports whether u may open the address.
func (a audience) admits(u *account.User) bool {
	return a.everybody || a.signedIn && u != nil && !u.Disabled || slices.ContainsFunc(a.roles, u.Holds)
}

// scope says whose things are behind an address.
type scope int

const (
	scopeAll     scope = iota // the city's, or the user's own: the audience says it all
	scopeRead                 // of the agency :kode, which the user must be allowed to see
	scopeOperate              // of the agency :kode, whose operator the user must be
	scopeHead                 // of the agency :kode, whose head the user must be
	scopeAct                  // of the agency :kode, whose operator or head the user must be
)

// admits reports whether u may do something within the scope of the agency, parent being
// the code of the agency above it: not at all (visible is false), look only, or also act.
func (s scope) admits(u *account.User, agency, parent string) (visible, may bool) {
	if s == scopeAll {
		return true, true
	}
	if !u.MaySeeAgency(agency, parent) {
		return false, false
	}
	switch s {
	case scopeOperate:
		return true, u.MayReport(agency)
	case scopeHead:
		return true, u.MayApprove(agency)
	case scopeAct:
		return true, u.MayReport(agency) || u.MayApprove(agency)
	}
	return true, true
}

// rule is a row of the policy. A rule for GET holds for HEAD too.
type rule struct {
	method, pattern string
	who             audience
	scope           scope
	// states are those of a report in which the action can be done; nil: the address acts on no
	// report, or the state does not matter. In any other the answer is 409.
	states []report.Status
}

// workRoute is an address of the workspace: its row in the policy, and what answers it.
type workRoute struct {
	rule
	handle handle
}

// policy lists the addresses outside of the workspace and who may open them. The site does
// not start with an address that has no row here or in workRoutes, nor with a row that has
// no address.
var policy = []rule{
	{method: http.MethodGet, pattern: "/livez", who: everybody},
	{method: http.MethodGet, pattern: "/readyz", who: everybody},
	{method: http.MethodGet, pattern: "/robots.txt", who: everybody},
	{method: http.MethodGet, pattern: assetPrefix + "*berkas", who: everybody},
	{method: http.MethodGet, pattern: "/tema", who: everybody},
	{method: http.MethodGet, pattern: "/gaya.css", who: everybody},
	{method: http.MethodGet, pattern: "/tema.css", who: everybody},

	{method: http.MethodGet, pattern: "/masuk", who: everybody},
	{method: http.MethodPost, pattern: "/masuk", who: everybody},
	{method: http.MethodGet, pattern: "/masuk/kode", who: everybody},
	{method: http.MethodPost, pattern: "/masuk/kode", who: everybody},
	{method: http.MethodGet, pattern: "/masuk/pasang", who: everybody},
	{method: http.MethodPost, pattern: "/masuk/pasang", who: everybody},
	{method: http.MethodPost, pattern: "/masuk/lanjut", who: everybody},
	{method: http.MethodGet, pattern: "/masuk/lupa", who: everybody},
	{method: http.MethodPost, pattern: "/masuk/lupa", who: everybody},
	{method: http.MethodGet, pattern: linkPath, who: everybody},
	{method: http.MethodPost, pattern: linkPath, who: everybody},
	{method: http.MethodPost, pattern: "/masuk/sso", who: everybody},
	{method: http.MethodGet, pattern: ssoReturn, who: everybody},
	{method: http.MethodPost, pattern: "/keluar", who: everybody},
}

// policyWith adds the rows of the workspace, and one for each address of the published
// site, which is for everybody: its handlers get a publication and nothing else.
func policyWith(published []address, work []workRoute) []rule {
	all := slices.Clone(policy)
	for _, w := range work {
		all = append(all, w.rule)
	}
	for _, a := range published {
		all = append(all, rule{method: a.method, pattern: a.pattern, who: everybody})
	}
	return all
}

// ruleFor finds the row of an address.
func ruleFor(rules []rule, method, pattern string) (rule, bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	i := slices.IndexFunc(rules, func(r rule) bool { return r.method == method && r.pattern == pattern })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// checkPolicy compares the addresses that were registered with the rows.
func checkPolicy(rules []rule, routes gin.RoutesInfo) error {
	registered := map[string]bool{}
	for _, r := range routes {
		if _, ok := ruleFor(rules, r.Method, r.Path); !ok {
			return fmt.Errorf("policy: %s %s has no row, so nobody knows who may open it", r.Method, r.Path)
		}
		registered[r.Method+" "+r.Path] = true
	}
	seen := map[string]bool{}
	for _, r := range rules {
		name := r.method + " " + r.pattern
		if !registered[name] {
			return fmt.Errorf("policy: the row %s has no address", name)
		}
		if seen[name] {
			return fmt.Errorf("policy: the row %s stands twice", name)
		}
		seen[name] = true
	}
	return nil
}
