// Command baimi is the whole of Baimi in one program: the service and the
// commands that run the same code on files.
//
// Exit code 0: done; 1: failed; 2: wrong use. Errors are one sentence on
// standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // compounds have time zones, machines may have none

	"github.com/alecthomas/kong"
)

var version = "0.1.0"

// commands is the command line: a field a command, its flags read from
// arguments first, then from the environment.
type commands struct {
	Serve   ServeCmd   `cmd:"" default:"withargs" help:"Start the service (the default)."`
	Invite  InviteCmd  `cmd:"" help:"Make an invitation to a role and print its link."`
	Import  ImportCmd  `cmd:"" help:"Load compounds, suppliers, lots and orders from CSV files; all or nothing."`
	Evening EveningCmd `cmd:"" help:"Close, match, receive, split and hand over all that is open, and add it up."`
	Backup  BackupCmd  `cmd:"" help:"Copy all documents into one file, while the service runs."`
	Restore RestoreCmd `cmd:"" help:"Put a backup into an empty store of either kind."`
	Route   RouteCmd   `cmd:"" help:"Plan courier runs from a file: doors, floors, second trips."`
	Match   MatchCmd   `cmd:"" help:"Solve a market from a file: who serves whom, in which trips, at which price."`
	OpenAPI OpenAPICmd `cmd:"" name:"openapi" help:"Print the contract (OpenAPI 3.1) as JSON."`
	Version VersionCmd `cmd:"" help:"Print the version."`
}

// wrongUse is an error of whoever called the program: exit code 2.
type wrongUse struct{ error }

func (w wrongUse) Unwrap() error { return w.error }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parser := kong.Must(&c, kong.Name("baimi"), kong.Description("Group buys, bulk deliveries, and the last hundred metres."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	selected, err := parser.Parse(args)
	if err != nil {
		return report(wrongUse{err})
	}
	return report(selected.Run())
}

func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "baimi:", err)
	if errors.As(err, &wrongUse{}) {
		return 2
	}
	return 1
}

// VersionCmd prints the version.
type VersionCmd struct{}

// Run prints the version.
func (VersionCmd) Run() error {
	fmt.Println("baimi", version)
	return nil
}
