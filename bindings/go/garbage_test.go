package asyncresult

import (
	"context"
	"errors"
	"runtime"
	"testing"
)

// B29
func TestACancelledTaskNeverRunsAndLetsGoOfItsFunction(t *testing.T) {
	pool := newTestPool(t, 1)
	release := hold(t, pool)
	gone := make(chan struct{})
	func() {
		large := new([1 << 16]byte)
		runtime.SetFinalizer(large, func(any) { close(gone) })
		f := submit(t, pool, func(context.Context) (byte, error) { return large[0], nil })
		if did := f.Cancel(); did != Dequeued {
			t.Errorf("expected dequeued, found %v", did)
		}
		if _, err := f.Get(ctx); !errors.Is(err, ErrCancelled) {
			t.Errorf("expected Cancelled, found %v", err)
		}
	}()
	collect(t, gone)
	release()
}

// collect runs the garbage collector until something is gone.
func collect(t *testing.T, gone <-chan struct{}) {
	t.Helper()
	for i := 0; i < 100; i++ {
		runtime.GC()
		select {
		case <-gone:
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("expected that nothing refers to it any more")
}

func TestAResultThatIsKeptKeepsNoFunctionThatHasEnded(t *testing.T) {
	pool := newTestPool(t, 1)
	gone := make([]chan struct{}, 4)
	kept := func() (results []Awaitable) {
		var large [4]*[1 << 16]byte
		for i := range gone {
			collected := make(chan struct{})
			gone[i], large[i] = collected, new([1 << 16]byte)
			runtime.SetFinalizer(large[i], func(any) { close(collected) })
		}
		f := submit(t, pool, func(context.Context) (byte, error) { return large[0][0], nil })
		next, err := Then(ctx, pool, f, func(context.Context, byte) (byte, error) {
			return large[1][0], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, next, 0)
		all, err := MapAsync(ctx, pool, []int{1, 2}, func(context.Context, int) (byte, error) {
			return large[2][0], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all.Wait(ctx)
		release := hold(t, pool)
		cancelled := submit(t, pool, func(context.Context) (byte, error) { return large[3][0], nil })
		cancelled.Cancel()
		release()
		return []Awaitable{f, next, all, cancelled}
	}()
	expect(t, submit(t, pool, one), 1) // the worker has gone on
	for i := range gone {
		collect(t, gone[i])
	}
	runtime.KeepAlive(kept)
}

// B31
func TestTheLastOfAChainKeepsNoneOfTheOthers(t *testing.T) {
	pool := newTestPool(t, 1)
	gone := make(chan struct{})
	last := func() *Future[int] {
		f := submit(t, pool, one)
		runtime.SetFinalizer(f, func(any) { close(gone) })
		next := f
		for i := 0; i < 3; i++ {
			var err error
			next, err = Then(ctx, pool, next, func(_ context.Context, n int) (int, error) {
				return n + 1, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		expect(t, next, 4)
		return next
	}()
	collect(t, gone)
	runtime.KeepAlive(last)
}

func TestAFunctionIsLetGoOfOnceItHasRunOrItsPoolWasTerminated(t *testing.T) {
	for _, end := range []func(*Pool) error{(*Pool).Close, (*Pool).Terminate} {
		pool, err := NewPool(1)
		if err != nil {
			t.Fatal(err)
		}
		release := hold(t, pool)
		gone := make(chan struct{})
		func() {
			large := new([1 << 16]byte)
			runtime.SetFinalizer(large, func(any) { close(gone) })
			submit(t, pool, func(context.Context) (byte, error) { return large[0], nil })
		}()
		release()
		if err := end(pool); err != nil {
			t.Fatal(err)
		}
		if err := pool.Join(ctx); err != nil {
			t.Fatal(err)
		}
		collect(t, gone)
	}
}
