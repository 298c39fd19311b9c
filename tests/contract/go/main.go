// Command contract runs the cases of contract.txt against the Go package and prints
// a line for each, as ../README.md says.  An argument that begins an ID runs those
// cases alone.
//
// Each case runs on a goroutine of its own and has a time limit; one that hangs is
// left behind.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"
)

const limit = 20 * time.Second

// cases are the functions of the cases, by ID; the files of this folder add theirs.
var cases = map[string]func(*T){}

func add(more map[string]func(*T)) {
	for id, run := range more {
		cases[id] = run
	}
}

// failed is what a case panics with when something is not as expected.
type failed string

// T is a case that runs.
type T struct {
	cleanups []func()
}

// fail ends the case.
func (t *T) fail(format string, args ...any) {
	panic(failed(fmt.Sprintf(format, args...)))
}

// later has a function run when the case has ended, before those given earlier.
func (t *T) later(cleanup func()) {
	t.cleanups = append(t.cleanups, cleanup)
}

func (t *T) cleanUp() {
	for i := len(t.cleanups) - 1; i >= 0; i-- {
		t.cleanups[i]()
	}
}

// run runs a case and says why it failed, or nothing.
func run(body func(*T)) (reason string) {
	t := &T{}
	defer func() {
		switch panicked := recover().(type) {
		case nil:
		case failed:
			reason = string(panicked)
		default:
			reason = fmt.Sprintf("panic: %v %s", panicked, debug.Stack())
		}
	}()
	defer t.cleanUp()
	body(t)
	return ""
}

func runInTime(body func(*T)) string {
	reason := make(chan string, 1)
	go func() { reason <- run(body) }()
	select {
	case r := <-reason:
		return r
	case <-time.After(limit):
		return "hangs"
	}
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

func sortedIDs() []string {
	ids := make([]string, 0, len(cases)+len(skips))
	for id := range cases {
		ids = append(ids, id)
	}
	for id := range skips {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "--child" {
		children[os.Args[2]]()
		os.Exit(1)
	}
	prefix := ""
	if len(os.Args) > 1 {
		prefix = os.Args[1]
	}
	status := 0
	for _, id := range sortedIDs() {
		if !strings.HasPrefix(id, prefix) {
			continue
		}
		if reason, skipped := skips[id]; skipped {
			fmt.Printf("skip %s: %s\n", id, reason)
		} else if reason := runInTime(cases[id]); reason != "" {
			fmt.Printf("not ok %s: %s\n", id, oneLine(reason))
			status = 1
		} else {
			fmt.Printf("ok %s\n", id)
		}
	}
	os.Exit(status)
}
