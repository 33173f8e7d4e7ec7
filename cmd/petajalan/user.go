package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"petajalan/internal/account"
)

func userCommand(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "Add, change, close and list accounts",
		Long: `Accounts of those who work with the program. A password is never an argument: it is
asked for twice, or read from --password-file, or from the first line of standard input
when that is no terminal.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(userAddCommand(p), userPasswordCommand(p), userDisableCommand(p), userListCommand(p))
	return c
}

func userAddCommand(p *program) *cobra.Command {
	var name, email, role, agency, from, until, file string
	var acting bool
	c := &cobra.Command{
		Use:   "add LOGIN",
		Short: "Add an account with one role",
		Example: `  petajalan user add admin --name "Administrator" --role admin
  petajalan user add kepala.dlh --name "Plt Kepala DLH" --email kepala@dlh.example.go.id --role kepala --agency dlh --acting --until 2026-12-31`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, zone *time.Location) error {
				now := time.Now().In(zone)
				a := account.Appointment{Role: account.Role(role), Agency: agency, Acting: acting, From: now}
				var err error
				if from != "" {
					if a.From, err = parseDay("--from", from); err != nil {
						return err
					}
				}
				if until != "" {
					if a.To, err = parseDay("--until", until); err != nil {
						return err
					}
				}
				password, err := p.readPassword(file)
				if err != nil {
					return err
				}
				u, err := account.Add(ctx, s.web, account.NewHasher(), account.NewUser{
					Login: args[0], Name: name, Email: email, Password: password, Appointments: []account.Appointment{a},
				}, now)
				if err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "added %s, %s\n", u.Login, describe(a))
				return nil
			})
		},
	}
	c.Flags().StringVar(&name, "name", "", "name of the person or office")
	c.Flags().StringVar(&email, "email", "", "where reminders and links to a new password go")
	c.Flags().StringVar(&role, "role", "", "one of operator, kepala, organisasi, inspektorat, dprd, pimpinan, admin")
	c.Flags().StringVar(&agency, "agency", "", "code of the agency of an operator or a kepala")
	c.Flags().BoolVar(&acting, "acting", false, "acting (Plt)")
	c.Flags().StringVar(&from, "from", "", "first day of the role, 2026-01-31; default today")
	c.Flags().StringVar(&until, "until", "", "last day of the role; default without end")
	passwordFlag(c, &file)
	must(c.MarkFlagRequired("name"))
	must(c.MarkFlagRequired("role"))
	return c
}

func userPasswordCommand(p *program) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "passwd LOGIN",
		Short: "Give an account a new password and end its sessions",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error {
				password, err := p.readPassword(file)
				if err != nil {
					return err
				}
				if err := account.SetPassword(ctx, s.web, account.NewHasher(), args[0], password, time.Now()); err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "changed the password of %s; its sessions are ended\n", args[0])
				return nil
			})
		},
	}
	passwordFlag(c, &file)
	return c
}

func userDisableCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "disable LOGIN",
		Short: "Close an account and end its sessions",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error {
				if err := account.Disable(ctx, s.web, args[0], time.Now()); err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "disabled %s; its sessions are ended\n", args[0])
				return nil
			})
		},
	}
}

func userListCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List accounts with their roles",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return p.withStore(c.Context(), func(ctx context.Context, s *store, _ *time.Location) error {
				users, err := account.List(ctx, s.web)
				if err != nil {
					return err
				}
				if len(users) == 0 {
					fmt.Fprintln(p.stdout, "no accounts yet: petajalan user add LOGIN --name NAME --role admin")
					return nil
				}
				w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "LOGIN\tSTATE\tROLES\tNAME")
				for _, u := range users {
					state := "active"
					if u.Disabled {
						state = "disabled"
					}
					roles := make([]string, len(u.Appointments))
					for i, a := range u.Appointments {
						roles[i] = describe(a)
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Login, state, strings.Join(roles, "; "), u.Name)
				}
				return w.Flush()
			})
		},
	}
}

// describe says a role in a few words.
func describe(a account.Appointment) string {
	s := string(a.Role)
	if a.Agency != "" {
		s += " of " + a.Agency
	}
	if a.Acting {
		s += " (acting)"
	}
	s += " from " + a.From.Format(time.DateOnly)
	if !a.To.IsZero() {
		s += " until " + a.To.Format(time.DateOnly)
	}
	return s
}

func parseDay(flag, s string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q is not a day like 2026-01-31", flag, s)
	}
	return day, nil
}

func passwordFlag(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "password-file", "", "read the password from the first line of this `file`")
}

// readPassword takes the password from the file, else from a prompt, else from standard
// input, never from the arguments, which every process of the machine may read.
func (p *program) readPassword(file string) (string, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		defer f.Close()
		return firstLine(f)
	}
	terminal := int(os.Stdin.Fd())
	if !term.IsTerminal(terminal) {
		return firstLine(os.Stdin)
	}
	ask := func(prompt string) (string, error) {
		fmt.Fprint(p.stderr, prompt)
		b, err := term.ReadPassword(terminal)
		fmt.Fprintln(p.stderr)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return string(b), nil
	}
	password, err := ask("Password (at least 12 characters): ")
	if err != nil {
		return "", err
	}
	again, err := ask("Once more: ")
	if err != nil {
		return "", err
	}
	if password != again {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return password, nil
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("no password was given: type it at the prompt, or use --password-file")
	}
	return line, nil
}
