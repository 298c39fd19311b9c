package asyncresult

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

var ctx = context.Background()

// newTestPool is a pool that is closed at the end of the test.
func newTestPool(t *testing.T, workers int, options ...PoolOption) *Pool {
	t.Helper()
	pool, err := NewPool(workers, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
	return pool
}

func cFunction(t testing.TB, library, prototype string) *Function {
	t.Helper()
	fn, err := CFunction(library, prototype)
	if err != nil {
		t.Fatal(err)
	}
	return fn
}

// fixture is a function of the contract's fixture, by its prototype.
func fixture(t testing.TB, prototype string) *Function {
	t.Helper()
	library := os.Getenv("ASYR_FIXTURE")
	if library == "" {
		t.Skip("ASYR_FIXTURE names no library of C functions to test with")
	}
	return cFunction(t, library, prototype)
}

// A latch of the fixture, called through a pool of its own.
type latch struct {
	t                        testing.TB
	control                  *Pool
	wait, open, waitForCount *Function
	id                       any
}

func newLatch(t testing.TB) *latch {
	l := &latch{
		t:            t,
		wait:         fixture(t, "int64_t fixture_latch_wait(int64_t)"),
		open:         fixture(t, "int64_t fixture_latch_open(int64_t)"),
		waitForCount: fixture(t, "int64_t fixture_wait_for_waiters(int64_t, int64_t)"),
	}
	control, err := NewPool(2)
	if err != nil {
		t.Fatal(err)
	}
	l.control = control
	l.id = l.call(fixture(t, "int64_t fixture_latch_new(void)"))
	t.Cleanup(func() {
		l.release()
		control.Close()
	})
	return l
}

func (l *latch) call(fn *Function, args ...any) any {
	v, err := l.control.Apply(ctx, fn, args...)
	if err != nil {
		l.t.Fatal(err)
	}
	return v
}

func (l *latch) release() {
	l.call(l.open, l.id)
}

// hold has a worker wait for the latch, and returns once it does.
func (l *latch) hold(pool *Pool, options ...TaskOption) *Result {
	l.t.Helper()
	r, err := pool.Submit(l.wait, []any{l.id}, options...)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(l.release) // before the pool is closed
	l.call(l.waitForCount, l.id, 1)
	return r
}

func passedContext() context.Context {
	passed, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Hour))
	cancel()
	return passed
}

// threads is how many threads this process has.
func threads(t testing.TB) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	_, after, _ := strings.Cut(string(status), "\nThreads:")
	count, _, _ := strings.Cut(after, "\n")
	number, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil {
		t.Fatal(err)
	}
	return number
}
