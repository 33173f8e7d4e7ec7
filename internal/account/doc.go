// Package account knows who may sign in and what they may do.
//
// A user holds roles, each for one agency or for the city as a whole, and each
// from one day to another (an acting head, Plt, has an end). Nobody outside asks
// for a role by its name to decide something: they ask a question, MayReport or
// MayVerify, and the answer takes the day into account, since a User carries only
// the roles that hold on the day it was read.
//
// Signing in costs an attempt, charged before the password is looked at and given
// back when it was right, so that a thousand guesses sent at once are counted too
// (throttle.go). A session is a random token of which only the hash is kept
// (session.go). Passwords are argon2id hashes, made four at a time at most
// (password.go).
package account
