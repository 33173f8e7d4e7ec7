package server

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// audience says who may open an address: everybody, or those who are signed in with one
// of the roles.
type audience struct {
	everybody bool
	roles     []account.Role
}

// The audiences there are. A row narrows down to an address; which agency somebody sees
// there is for the query behind it.
var (
	everybody = audience{everybody: true}
	// anyRole are all who work with the program.
	anyRole = audience{roles: account.Roles[:]}
	// workers see work in progress: all but the council, which reads what is published.
	workers = audience{roles: []account.Role{account.Operator, account.Head, account.Reviewer, account.Inspector, account.Leader, account.Admin}}
)

// admits reports whether u may open the address.
func (a audience) admits(u *account.User) bool {
	return a.everybody || slices.ContainsFunc(a.roles, u.Holds)
}

// rule is a row of the policy. A rule for GET holds for HEAD too.
type rule struct {
	method, pattern string
	who             audience
}

// policy lists every address there is and who may open it. The site does not start with
// an address that has no row here, nor with a row that has no address.
var policy = []rule{
	{http.MethodGet, "/livez", everybody},
	{http.MethodGet, "/readyz", everybody},
	{http.MethodGet, "/robots.txt", everybody},
	{http.MethodGet, assetPrefix + "*berkas", everybody},
	{http.MethodGet, "/tema", everybody},
	{http.MethodGet, "/tema.css", everybody},

	{http.MethodGet, "/masuk", everybody},
	{http.MethodPost, "/masuk", everybody},
	{http.MethodPost, "/keluar", everybody},

	{http.MethodGet, "/kerja/", anyRole},
	{http.MethodGet, "/kerja/instansi/:kode", workers},
}

// policyWith adds a row for each address of the published site, which is for everybody: its
// handlers get a publication and nothing else.
func policyWith(published []address) []rule {
	all := slices.Clone(policy)
	for _, a := range published {
		all = append(all, rule{a.method, a.pattern, everybody})
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
