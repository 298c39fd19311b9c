package asyncresult

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
)

// gated is a task of its own pool that waits for a gate.
func gated[T any](t *testing.T, pool *Pool, value T, err error) (*Future[T], chan struct{}) {
	t.Helper()
	gate := make(chan struct{})
	return submit(t, pool, func(context.Context) (T, error) {
		<-gate
		return value, err
	}), gate
}

// B31
func TestWaitAnyGivesThePlaceOfTheFirstThatIsReady(t *testing.T) {
	pool := newTestPool(t, 2)
	first, openFirst := gated(t, pool, 1, nil)
	second, openSecond := gated(t, pool, 2, &taskError{})
	futures := []*Future[int]{first, second}
	if _, err := WaitAny(passedContext(), futures); !errors.Is(err, ErrTimeout) {
		t.Errorf("expected Timeout, found %v", err)
	}
	close(openSecond)
	if index, err := WaitAny(ctx, futures); index != 1 || err != nil {
		t.Errorf("expected 1, found %d, %v", index, err)
	}
	if err := WaitAll(passedContext(), futures); !errors.Is(err, ErrTimeout) {
		t.Errorf("expected Timeout, found %v", err)
	}
	close(openFirst)
	if err := WaitAll(ctx, futures); err != nil {
		t.Error(err)
	}
	if _, err := WaitAny(ctx, []*Future[int]{}); !errors.Is(err, ErrArgument) {
		t.Errorf("expected Argument for no results, found %v", err)
	}
	if _, err := WaitAny(ctx, []*Result{nil}); !errors.Is(err, ErrArgument) {
		t.Errorf("expected Argument for nil, found %v", err)
	}
}

// B24, B31
func TestWaitAnyInATaskLetsOthersRun(t *testing.T) {
	pool := newTestPool(t, 1)
	f := submit(t, pool, func(ctx context.Context) (int, error) {
		inner := []*Future[int]{submit(t, pool, one), submit(t, pool, one)}
		return WaitAny(ctx, inner)
	})
	if _, err := f.Get(ctx); err != nil {
		t.Error(err)
	}
	itself := make(chan *Future[int], 1)
	f = submit(t, pool, func(ctx context.Context) (int, error) {
		return WaitAny(ctx, []*Future[int]{<-itself})
	})
	itself <- f
	if _, err := f.Get(ctx); !errors.Is(err, ErrDeadlock) {
		t.Errorf("expected Deadlock, found %v", err)
	}
}

// B31
func TestAsCompletedGivesEachOnceInTheOrderOfTheirEnd(t *testing.T) {
	pool := newTestPool(t, 3)
	var futures []*Future[int]
	var gates []chan struct{}
	for i := 0; i < 3; i++ {
		f, gate := gated(t, pool, i, nil)
		futures, gates = append(futures, f), append(gates, gate)
	}
	completed, err := AsCompleted(ctx, futures)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{2, 0, 1} {
		close(gates[i])
		expect(t, <-completed, i)
	}
	if _, more := <-completed; more {
		t.Error("expected the end")
	}
	if completed, err = AsCompleted(ctx, futures[:0]); err != nil {
		t.Fatal(err)
	}
	if _, more := <-completed; more {
		t.Error("expected the end of nothing")
	}
}

// B31
func TestAsCompletedEndsWithItsContextAndLeavesNothingBehind(t *testing.T) {
	pool := newTestPool(t, 1)
	f, gate := gated(t, pool, 1, nil)
	expectGoroutines(t, runtime.NumGoroutine())
	before := runtime.NumGoroutine()
	ending, cancel := context.WithCancel(ctx)
	completed, err := AsCompleted(ending, []*Future[int]{f})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, more := <-completed; more {
		t.Error("expected the end with the context")
	}
	expectGoroutines(t, before)
	completed, err = AsCompleted(ending, []*Future[int]{f})
	if _, more := <-completed; more || err != nil {
		t.Errorf("expected the end with the context, found %v", err)
	}
	if _, err = AsCompleted(ctx, []*Future[int]{f, f}); err != nil { // which nobody reads
		t.Fatal(err)
	}
	close(gate)
	expect(t, f, 1)
	expectGoroutines(t, before)
}

// B31
func TestThenAndRescueFollowAValueOrAnError(t *testing.T) {
	pool := newTestPool(t, 1)
	failure := &taskError{code: 4}
	for _, waits := range []bool{true, false} {
		good, open := gated(t, pool, 20, nil)
		if !waits {
			close(open)
			expect(t, good, 20)
		}
		text, err := Then(ctx, pool, good, func(_ context.Context, n int) (*int, error) {
			n++
			return &n, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		fails, err := Then(ctx, pool, text, func(_ context.Context, n *int) (int, error) {
			return 0, failure
		})
		if err != nil {
			t.Fatal(err)
		}
		through, err := Then(ctx, pool, fails, func(context.Context, int) (int, error) {
			t.Error("expected that it never runs")
			return 0, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rescued, err := Rescue(ctx, pool, through, func(_ context.Context, err error) (int, error) {
			return err.(*taskError).code, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		same, err := Rescue(ctx, pool, text, func(context.Context, error) (*int, error) {
			t.Error("expected that it never runs")
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if waits {
			close(open)
		}
		if value, err := text.Get(ctx); err != nil || *value != 21 {
			t.Fatalf("expected 21, found %v", err)
		}
		if _, err := through.Get(ctx); err != error(failure) {
			t.Errorf("expected the error to go through, found %v", err)
		}
		expect(t, rescued, 4)
		value, _ := text.Get(ctx)
		expect(t, same, value)
	}
}

// B31
func TestThenFollowsACFunctionAndEndsWithItsPool(t *testing.T) {
	pool := newTestPool(t, 1)
	latch := newLatch(t)
	r, err := pool.ApplyAsync(latch.wait, latch.id)
	if err != nil {
		t.Fatal(err)
	}
	double := func(_ context.Context, n int64) (int64, error) { return 2 * n, nil }
	doubled, err := Then(ctx, pool, As[int64](r), double)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, err := Then(ctx, pool, As[int64](r), double)
	if err != nil {
		t.Fatal(err)
	}
	if did := cancelled.Cancel(); did != Dequeued {
		t.Errorf("expected dequeued, found %v", did)
	}
	if _, err := cancelled.Get(ctx); !errors.Is(err, ErrCancelled) || r.Ready() {
		t.Errorf("expected Cancelled, and nothing of the first, found %v", err)
	}
	other := newTestPool(t, 1)
	ended, err := Then(ctx, other, As[int64](r), double)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Terminate(); err != nil {
		t.Fatal(err)
	}
	if _, err := ended.Get(ctx); !errors.Is(err, ErrTerminated) {
		t.Errorf("expected Terminated, found %v", err)
	}
	if err := pool.Stop(); err != nil { // what was accepted runs
		t.Fatal(err)
	}
	latch.release()
	first, err := As[int64](r).Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, doubled, 2*first)
}

// B24, B31
func TestAWaitInATaskForAChainMakesProgress(t *testing.T) {
	pool := newTestPool(t, 1)
	f := submit(t, pool, func(ctx context.Context) (int, error) {
		next, err := Then(ctx, pool, submit(t, pool, one), func(_ context.Context, n int) (int, error) {
			return n + 1, nil
		})
		if err != nil {
			return 0, err
		}
		return next.Get(ctx)
	})
	expect(t, f, 2)
}

// B31
func TestAllGivesTheValuesInOrderOrAnErrorByItsPolicy(t *testing.T) {
	pool := newTestPool(t, 3)
	one, openOne := gated(t, pool, 1, nil)
	two, openTwo := gated(t, pool, 2, nil)
	all, err := All(ctx, pool, []*Future[int]{one, two, one})
	if err != nil {
		t.Fatal(err)
	}
	close(openTwo)
	expect(t, two, 2)
	if all.Ready() {
		t.Error("expected a result that waits for all")
	}
	close(openOne)
	if values, err := all.Get(ctx); err != nil || !reflect.DeepEqual(values, []int{1, 2, 1}) {
		t.Errorf("expected the values in order, found %v, %v", values, err)
	}
	low, high := &taskError{code: 1}, &taskError{code: 2}
	for policy, expected := range map[ErrorPolicy]error{
		ErrorsFirst: nil, ErrorsLowest: low, ErrorsFailFast: high, ErrorsCollect: low,
	} {
		first, openFirst := gated(t, pool, 0, error(low))
		second, openSecond := gated(t, pool, 0, error(high))
		all, err := All(ctx, pool, []*Future[int]{one, first, second}, Errors(policy))
		if err != nil {
			t.Fatal(err)
		}
		close(openSecond)
		second.Wait(ctx)
		if policy == ErrorsFailFast {
			all.Wait(ctx)
		}
		close(openFirst)
		_, err = all.Get(ctx)
		if policy == ErrorsCollect {
			var each *MapError
			if !errors.As(err, &each) || each.Errors[2] != error(high) {
				t.Errorf("expected all errors, found %v", err)
			}
			err = each.Errors[1]
		}
		if policy == ErrorsFirst && (err == error(low) || err == error(high)) {
			continue // whichever was heard of first
		}
		if err != expected {
			t.Errorf("%v: expected %v, found %v", policy, expected, err)
		}
	}
	all, err = All(ctx, pool, []*Future[int]{})
	if values, err := all.Get(ctx); err != nil || len(values) != 0 {
		t.Errorf("expected no values, found %v, %v", values, err)
	}
}

// B31
func TestAnyGivesTheFirstValueOrAllErrors(t *testing.T) {
	pool := newTestPool(t, 3)
	bad, openBad := gated(t, pool, "", error(&taskError{code: 1}))
	good, openGood := gated(t, pool, "good", nil)
	never, openNever := gated(t, pool, "never", nil)
	any, err := Any(ctx, pool, []*Future[string]{bad, good, never})
	if err != nil {
		t.Fatal(err)
	}
	close(openBad)
	close(openGood)
	expect(t, any, "good")
	close(openNever)
	any, err = Any(ctx, pool, []*Future[string]{bad, bad})
	if err != nil {
		t.Fatal(err)
	}
	_, err = any.Get(ctx)
	var each *MapError
	if !errors.As(err, &each) || len(each.Errors) != 2 || each.Errors[0] != each.Errors[1] {
		t.Errorf("expected both errors, found %v", err)
	}
}

// B31
func TestACancelEndsWhatWaitsForOthers(t *testing.T) {
	pool := newTestPool(t, 1)
	f, open := gated(t, pool, 1, nil)
	all, err := All(ctx, pool, []*Future[int]{f})
	if err != nil {
		t.Fatal(err)
	}
	all.Cancel()
	if _, err := all.Get(ctx); !errors.Is(err, ErrCancelled) || f.Ready() {
		t.Errorf("expected Cancelled, and nothing of the others, found %v", err)
	}
	close(open)
}

// B31
func TestAPromiseIsCompletedOnce(t *testing.T) {
	pool := newTestPool(t, 1)
	promise := func() *Promise[*int] {
		p, err := NewPromise[*int](ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, number := promise(), 7
	if p.Future().Ready() {
		t.Error("expected a promise that waits")
	}
	if err := p.SetValue(&number); err != nil {
		t.Error(err)
	}
	expect(t, p.Future(), &number)
	if err := p.SetError(&taskError{}); !errors.Is(err, ErrState) {
		t.Errorf("expected State, found %v", err)
	}
	p = promise()
	failure := &taskError{}
	if err := p.SetError(nil); !errors.Is(err, ErrArgument) {
		t.Errorf("expected Argument, found %v", err)
	}
	if err := p.SetError(failure); err != nil {
		t.Error(err)
	}
	if _, err := p.Future().Get(ctx); err != error(failure) {
		t.Errorf("expected the error itself, found %v", err)
	}
	p = promise()
	if did := p.Future().Cancel(); did != Asked {
		t.Errorf("expected asked, found %v", did)
	}
	<-p.Context().Done()
	p = promise()
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	<-p.Context().Done()
	if _, err := p.Future().Get(ctx); !errors.Is(err, ErrTerminated) {
		t.Errorf("expected Terminated, found %v", err)
	}
	if err := p.SetValue(&number); !errors.Is(err, ErrState) {
		t.Errorf("expected State, found %v", err)
	}
}

// B31
func TestAPromiseThatIsGarbageIsCancelled(t *testing.T) {
	pool := newTestPool(t, 1)
	f := func() *Future[int] {
		p, err := NewPromise[int](ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		return p.Future()
	}()
	collect(t, f.Done())
	if _, err := f.Get(ctx); !errors.Is(err, ErrCancelled) {
		t.Errorf("expected Cancelled, found %v", err)
	}
}
