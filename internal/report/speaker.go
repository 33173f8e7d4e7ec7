package report

import "petajalan/internal/account"

// MayComment reports whether u may say something about a report of the agency, parent being the
// code of the agency above it: all who see work in progress, but for the leaders of the city,
// who change nothing.
func MayComment(u *account.User, agency, parent string) bool {
	role, _ := speaker(u, agency, parent)
	return role != ""
}

// speaker is the role in which u comments on a report of the agency, and the code of the agency
// it is held in; empty for a role of the city. No role: u may not.
func speaker(u *account.User, agency, parent string) (role, in string) {
	switch {
	case u.MayReport(agency):
		return roleOperator, agency
	case u.MayApprove(agency):
		return roleHead, agency
	case u.MayVerify():
		return roleReviewer, ""
	case u.MayApprove(parent):
		return roleHead, parent
	}
	for _, city := range []account.Role{account.Inspector, account.Admin} {
		if u.Holds(city) {
			return string(city), ""
		}
	}
	return "", ""
}
