package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// submit is Submit in a test.
func submit[T any](t *testing.T, pool *Pool, function func(context.Context) (T, error),
	options ...TaskOption) *Future[T] {
	t.Helper()
	f, err := Submit(ctx, pool, function, options...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// expect is Get of what must succeed.
func expect[T comparable](t *testing.T, f *Future[T], expected T) {
	t.Helper()
	value, err := f.Get(ctx)
	if err != nil || value != expected {
		t.Fatalf("expected %v, found %v, %v", expected, value, err)
	}
}

// one is a task that needs nothing.
func one(context.Context) (int, error) { return 1, nil }

// held is a task that tells that it runs and waits for the gate.
func held(running chan<- struct{}, gate <-chan struct{}) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		running <- struct{}{}
		<-gate
		return 1, nil
	}
}

// hold has a worker held until the function that it answers is called.
func hold(t *testing.T, pool *Pool) (release func()) {
	t.Helper()
	running, gate := make(chan struct{}), make(chan struct{})
	submit(t, pool, held(running, gate))
	<-running
	return func() { close(gate) }
}

func TestValuesOfGoGoByReference(t *testing.T) {
	type thing struct{ f func() int }
	pool := newTestPool(t, 2)
	given := &thing{f: func() int { return 7 }}
	expect(t, submit(t, pool, func(context.Context) (*thing, error) { return given, nil }), given)
	f := submit(t, pool, func(context.Context) (chan int, error) { return nil, nil })
	if value, err := f.Result.Get(ctx); value != (chan int)(nil) || err != nil {
		t.Errorf("expected a nil channel, found %v, %v", value, err)
	}
	number := int64(1)<<53 + 1
	expect(t, submit(t, pool, func(context.Context) (int64, error) { return number, nil }), number)
}

type taskError struct{ code int }

func (e *taskError) Error() string { return fmt.Sprint("code ", e.code) }

// B1, B2
func TestErrorsOfTasksAreTheErrorsThemselves(t *testing.T) {
	pool := newTestPool(t, 1)
	failure := &taskError{code: 5}
	wrapped := fmt.Errorf("reading: %w", io.ErrUnexpectedEOF)
	var nothing *taskError
	for _, returned := range []error{failure, wrapped, nothing, context.DeadlineExceeded} {
		returned := returned
		f := submit(t, pool, func(context.Context) (int, error) { return 3, returned })
		for i := 0; i < 2; i++ {
			if value, err := f.Get(ctx); err != returned || value != 3 {
				t.Errorf("expected 3 and %v, found %v, %v", returned, value, err)
			}
		}
		if successful, err := f.Successful(); successful || err != nil {
			t.Errorf("expected a task that failed, found %v, %v", successful, err)
		}
	}
}

func TestPanicsAreErrorsWithTheirStack(t *testing.T) {
	pool := newTestPool(t, 1)
	failure := &taskError{code: 6}
	f := submit(t, pool, func(context.Context) (int, error) { panic(failure) })
	_, err := f.Get(ctx)
	var cause *taskError
	e, ok := err.(*Error)
	if !ok || e.Kind != "panic" || !errors.Is(err, ErrTask) || !errors.As(err, &cause) ||
		cause != failure || e.Value != failure {
		t.Fatalf("expected a panic with its cause, found %v", err)
	}
	if !strings.Contains(e.Trace, "TestPanicsAreErrorsWithTheirStack") {
		t.Errorf("expected the stack of the panic, found %s", e.Trace)
	}
	f = submit(t, pool, func(context.Context) (int, error) { return *(*int)(nil), nil })
	if _, err = f.Get(ctx); !strings.Contains(fmt.Sprint(err), "nil pointer") {
		t.Errorf("expected a nil pointer, found %v", err)
	}
	expect(t, submit(t, pool, one), 1)
}

// B25
func TestGoexitOfATaskIsItsErrorAndThePoolGoesOn(t *testing.T) {
	pool := newTestPool(t, 1)
	for i := 0; i < 3; i++ {
		f := submit(t, pool, func(context.Context) (int, error) {
			runtime.Goexit()
			return 1, nil
		})
		_, err := f.Get(ctx)
		if e, ok := err.(*Error); !ok || e.Kind != "Goexit" || !errors.Is(err, ErrTask) {
			t.Fatalf("expected Goexit, found %v", err)
		}
		expect(t, submit(t, pool, one), 1)
	}
}

func TestBadInputOfSubmitIsRefused(t *testing.T) {
	pool := newTestPool(t, 1)
	var none context.Context
	for i, try := range []func() error{
		func() error { _, err := Submit[int](ctx, pool, nil); return err },
		func() error { _, err := Submit(none, pool, one); return err },
		func() error { _, err := Submit(ctx, nil, one); return err },
		func() error { _, err := Submit(ctx, &Pool{}, one); return err },
		func() error { _, err := Map[int, int](ctx, pool, []int{1}, nil); return err },
		func() error { _, err := Imap[int, int](ctx, pool, []int{1}, nil); return err },
		func() error { _, err := As[int](nil).Get(ctx); return err },
		func() error { _, err := (*Future[int])(nil).Get(ctx); return err },
		func() error { _, err := (*Stream[int])(nil).Next(ctx); return err },
		func() error { _, err := NewPool(1, WithGoInitializer(nil)); return err },
	} {
		if err := try(); !errors.Is(err, ErrArgument) {
			t.Errorf("%d: expected Argument, found %v", i, err)
		}
	}
}

func TestAsGivesAValueItsTypeOrSaysThatItHasAnother(t *testing.T) {
	pool := newTestPool(t, 1)
	cos := cFunction(t, "libm.so.6", "double cos(double)")
	r, err := pool.ApplyAsync(cos, 0.0)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, As[float64](r), 1.0)
	if _, err := As[string](r).Get(ctx); !errors.Is(err, ErrType) {
		t.Errorf("expected Type, found %v", err)
	}
}

// B22, B29
func TestTheContextOfATaskEndsWhenItIsCancelledOrItsPoolTerminated(t *testing.T) {
	pool := newTestPool(t, 2)
	type key struct{}
	parent, cancel := context.WithCancel(context.WithValue(ctx, key{}, "given"))
	defer cancel()
	ends := []func(*Future[error]){
		func(f *Future[error]) {
			if did := f.Cancel(); did != Asked {
				t.Errorf("expected asked, found %v", did)
			}
		},
		func(*Future[error]) { cancel() },
		func(*Future[error]) { pool.Terminate() },
	}
	for i, end := range ends {
		running, seen := make(chan struct{}), make(chan error, 1)
		f, err := Submit(parent, pool, func(ctx context.Context) (error, error) {
			if ctx.Value(key{}) != "given" || ctx.Err() != nil {
				t.Errorf("%d: expected the context of the submit", i)
			}
			child, stop := context.WithCancel(ctx)
			defer stop()
			close(running)
			<-child.Done()
			seen <- ctx.Err()
			return nil, nil
		})
		if err != nil && i < 2 {
			t.Fatal(err)
		}
		<-running
		end(f)
		if err := <-seen; err != context.Canceled {
			t.Errorf("%d: expected a cancelled context, found %v", i, err)
		}
		if i == 1 {
			parent = ctx
			parent = context.WithValue(ctx, key{}, "given")
		}
	}
}

func TestTheContextOfATaskEndsWithIt(t *testing.T) {
	pool := newTestPool(t, 1)
	var kept [2]context.Context
	var stop context.CancelFunc
	submitted := submit(t, pool, func(ctx context.Context) (int, error) {
		kept[0] = ctx
		kept[1], stop = context.WithCancel(ctx)
		return 1, nil
	})
	defer func() { stop() }()
	expect(t, submitted, 1)
	for _, kept := range kept {
		<-kept.Done()
		if kept.Err() != context.Canceled {
			t.Errorf("expected a context that ended, found %v", kept.Err())
		}
	}
}

func TestATaskWhoseContextEndedBeforeItBeganNeverRuns(t *testing.T) {
	pool := newTestPool(t, 1)
	release := hold(t, pool)
	parent, cancel := context.WithCancel(ctx)
	f, err := Submit(parent, pool, func(context.Context) (int, error) {
		t.Error("expected that it never runs")
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	release()
	_, err = f.Get(ctx)
	if !errors.Is(err, ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("expected Cancelled by its context, found %v", err)
	}
}

// B21, B22, B23
func TestFunctionsOfGoFollowTheEndOfTheirPool(t *testing.T) {
	pool := newTestPool(t, 1)
	release := hold(t, pool)
	queued := submit(t, pool, one)
	if err := pool.Join(ctx); !errors.Is(err, ErrPoolRunning) {
		t.Errorf("expected PoolRunning, found %v", err)
	}
	if err := pool.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := Submit(ctx, pool, one); !errors.Is(err, ErrPoolClosed) {
		t.Errorf("expected PoolClosed, found %v", err)
	}
	release()
	expect(t, queued, 1)

	pool = newTestPool(t, 1)
	release = hold(t, pool)
	queued = submit(t, pool, one)
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	if _, err := queued.Get(ctx); !errors.Is(err, ErrTerminated) {
		t.Errorf("expected Terminated, found %v", err)
	}
	release()

	pool = newTestPool(t, 1)
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Submit(ctx, pool, one); !errors.Is(err, ErrPoolClosed) {
		t.Errorf("expected PoolClosed of a pool that never ran one, found %v", err)
	}
}

func TestFunctionsOfGoAndOfCRunInOnePool(t *testing.T) {
	pool := newTestPool(t, 1)
	cos := cFunction(t, "libm.so.6", "double cos(double)")
	f := submit(t, pool, func(ctx context.Context) (float64, error) {
		r, err := pool.ApplyAsync(cos, 0.0)
		if err != nil {
			return 0, err
		}
		return As[float64](r).Get(ctx)
	})
	expect(t, f, 1.0)
}

// B8, B9, B13
func TestCallbacksOfFunctionsOfGoGetTheValueOrTheError(t *testing.T) {
	pool := newTestPool(t, 1)
	type thing struct{}
	given := &thing{}
	var f *Future[*thing]
	got, submitted := make(chan any, 3), make(chan struct{})
	f = submit(t, pool, func(context.Context) (*thing, error) { return given, nil },
		OnValue(func(value any) {
			<-submitted
			if f.Ready() {
				t.Error("expected a result that is not ready inside its callback")
			}
			got <- value
		}), OnError(func(err error) { got <- err }))
	close(submitted)
	expect(t, f, given)
	if value := <-got; value != any(given) {
		t.Errorf("expected the value, found %v", value)
	}
	failure := &taskError{}
	f = submit(t, pool, func(context.Context) (*thing, error) { return nil, failure },
		OnError(func(err error) { got <- err }))
	if err := f.OnDone(func(r *Result) { got <- r.Ready() }); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(ctx); err != error(failure) {
		t.Errorf("expected the error, found %v", err)
	}
	if err := <-got; err != any(failure) {
		t.Errorf("expected the error in the callback, found %v", err)
	}
	if ready := <-got; ready != true {
		t.Error("expected a ready result in OnDone")
	}
	if len(got) != 0 {
		t.Error("expected one callback for each")
	}
}

// B10
func TestACallbackThatPanicsBecomesTheErrorOfAFunctionOfGo(t *testing.T) {
	pool := newTestPool(t, 1)
	failure := &taskError{}
	f := submit(t, pool, func(context.Context) (int, error) { return 0, failure },
		OnError(func(error) { panic("broken") }))
	_, err := f.Get(ctx)
	var cause *taskError
	if e, ok := err.(*Error); !ok || e.Message != "broken" || !errors.As(err, &cause) {
		t.Errorf("expected the callback's error with its cause, found %v", err)
	}
}

// B7
func TestAnErrorOfGoThatNobodyReadIsReported(t *testing.T) {
	failure := &taskError{}
	reported := make(chan error, 1)
	pool := newTestPool(t, 1, WithUnreadError(func(err error) { reported <- err }))
	submit(t, pool, func(context.Context) (int, error) { return 0, failure })
	for {
		select {
		case err := <-reported:
			if err != error(failure) {
				t.Errorf("expected the error itself, found %v", err)
			}
			return
		default:
			runtime.GC()
		}
	}
}

// B19
func TestAnInitializerOfGoPreparesEachWorkerAndBreaksThePool(t *testing.T) {
	prepared := 0
	pool := newTestPool(t, 1, WithGoInitializer(func(context.Context) error {
		prepared++
		return nil
	}))
	for i := 0; i < 3; i++ {
		expect(t, submit(t, pool, func(context.Context) (int, error) { return prepared, nil }), 1)
	}
	failure := &taskError{}
	for _, initialize := range []func(context.Context) error{
		func(context.Context) error { return failure },
		func(context.Context) error { panic(failure) },
		func(context.Context) error { runtime.Goexit(); return nil },
	} {
		pool = newTestPool(t, 2, WithGoInitializer(initialize))
		f := submit(t, pool, one)
		if _, err := f.Get(ctx); !errors.Is(err, ErrBroken) {
			t.Errorf("expected Broken, found %v", err)
		}
		if _, err := Submit(ctx, pool, one); !errors.Is(err, ErrBroken) {
			t.Errorf("expected Broken at the submit, found %v", err)
		}
	}
}

// B26
func TestAFullQueueOfFunctionsOfGoBlocksFailsOrRunsHere(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullFail))
	release := hold(t, pool)
	submit(t, pool, one)
	if _, err := Submit(ctx, pool, one); !errors.Is(err, ErrQueueFull) {
		t.Errorf("expected QueueFull, found %v", err)
	}
	release()

	pool = newTestPool(t, 1, WithQueueLimit(1, FullCallerRuns))
	release = hold(t, pool)
	submit(t, pool, one)
	expect(t, submit(t, pool, one), 1)
	f := submit(t, pool, func(context.Context) (int, error) { runtime.Goexit(); return 1, nil })
	if _, err := f.Get(ctx); !errors.Is(err, ErrTask) {
		t.Errorf("expected Goexit as an error, found %v", err)
	}
	release()

	pool = newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	release = hold(t, pool)
	submit(t, pool, one)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Submit(ended, pool, one); !errors.Is(err, ErrInterrupted) {
		t.Errorf("expected Interrupted, found %v", err)
	}
	waits := make(chan *Future[int])
	go func() { waits <- submit(t, pool, one) }()
	release()
	expect(t, <-waits, 1)
}

func TestAStrandRunsFunctionsOfGoInTheirOrder(t *testing.T) {
	pool := newTestPool(t, 4)
	strand, err := pool.NewStrand()
	if err != nil {
		t.Fatal(err)
	}
	order := []int{}
	var last *Future[int]
	for i := 0; i < 100; i++ {
		i := i
		last = submit(t, pool, func(context.Context) (int, error) {
			order = append(order, i) // no lock: one at a time
			return i, nil
		}, InStrand(strand))
	}
	expect(t, last, 99)
	for i, found := range order {
		if i != found {
			t.Fatalf("expected the order of the submits, found %v", order)
		}
	}
	cos := cFunction(t, "libm.so.6", "double cos(double)")
	if _, err := pool.Submit(cos, []any{1.0}, InStrand(strand)); !errors.Is(err, ErrState) {
		t.Errorf("expected State for a C function in a strand of Go's, found %v", err)
	}
	pinned, err := pool.NewPinnedStrand()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Submit(ctx, pool, one, InStrand(pinned)); !errors.Is(err, ErrUnsupported) {
		t.Errorf("expected Unsupported for a pinned strand, found %v", err)
	}
}

// B21: a submit just before the stop, while the worker that is told to leave has yet to.
func TestATaskRunsAlthoughAWorkerLeavesLateAfterTheStop(t *testing.T) {
	pool := newTestPool(t, 1)
	expect(t, submit(t, pool, one), 1)
	l := pool.lender.Load()
	for l.idleCount.Load() == 0 {
		runtime.Gosched()
	}
	l.mu.Lock()
	late := l.idle[0]
	l.idle = nil
	l.idleCount.Store(0)
	delete(l.lent, late)
	l.countLocked()
	l.mu.Unlock()
	f := submit(t, pool, one)
	if err := pool.Stop(); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	late.dismiss()
	l.mu.Unlock()
	expect(t, f, 1)
}
