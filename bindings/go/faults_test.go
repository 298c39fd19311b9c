package asyncresult

import (
	"context"
	"errors"
	"math"
	"runtime"
	"testing"
)

// errorThatPanics is an error whose methods do not work.
type errorThatPanics struct{}

func (errorThatPanics) Error() string { panic("no text") }
func (errorThatPanics) Unwrap() error { panic("no cause") }

func TestAPanicOfTheRuntimeIsTheErrorOfItsTask(t *testing.T) {
	pool := newTestPool(t, 1)
	var table map[string]int
	var list []int
	closed := make(chan int)
	close(closed)
	for name, way := range map[string]func(){
		"a map":      func() { table["key"] = 1 },
		"an index":   func() { list[len(table)+1] = 1 },
		"a type":     func() { _ = any(list).(string) },
		"a channel":  func() { closed <- 1 },
		"no room":    func() { list = make([]int, math.MaxInt-len(table)) },
		"a division": func() { list = make([]int, 1/len(table)) },
	} {
		way := way
		f := submit(t, pool, func(context.Context) (int, error) {
			way()
			return 1, nil
		})
		_, err := f.Get(ctx)
		var failure runtime.Error
		if !errors.Is(err, ErrTask) || !errors.As(err, &failure) {
			t.Errorf("%s: expected an error of the runtime, found %v", name, err)
		}
		expect(t, submit(t, pool, one), 1)
	}
}

func TestAnErrorWhoseMethodsPanicIsOneAsAnyOther(t *testing.T) {
	pool := newTestPool(t, 1)
	seen := make(chan error, 1)
	f := submit(t, pool, func(context.Context) (int, error) { return 0, errorThatPanics{} },
		OnError(func(err error) { seen <- err }))
	if _, err := f.Get(ctx); err != error(errorThatPanics{}) {
		t.Error("expected the error itself")
	}
	if err := <-seen; err != error(errorThatPanics{}) {
		t.Error("expected the error itself in the callback")
	}
	f = submit(t, pool, func(context.Context) (int, error) { panic(errorThatPanics{}) })
	if _, err := f.Get(ctx); !errors.Is(err, ErrTask) {
		t.Error("expected a panic")
	}
	expect(t, submit(t, pool, one), 1)
}

// B25: a goroutine that ends while it is locked to its thread ends that as well.
func TestATaskThatEndsItsThreadIsAnErrorAndThePoolGoesOn(t *testing.T) {
	pool := newTestPool(t, 2)
	for i := 0; i < 10; i++ {
		f := submit(t, pool, func(context.Context) (int, error) {
			runtime.LockOSThread()
			runtime.Goexit()
			return 1, nil
		})
		if _, err := f.Get(ctx); !errors.Is(err, ErrTask) {
			t.Errorf("expected Goexit, found %v", err)
		}
		expect(t, submit(t, pool, one), 1)
	}
}

// B26: the function is called by C, which Go called.
func TestAPanicInATaskThatTheSubmitRunsStaysItsError(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullCallerRuns))
	release := hold(t, pool)
	queued := submit(t, pool, one)
	failure := &taskError{code: 3}
	f := submit(t, pool, func(context.Context) (int, error) { panic(failure) })
	if _, err := f.Get(ctx); !errors.Is(err, failure) {
		t.Errorf("expected the panic, found %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	f, err := Submit(ended, pool, func(context.Context) (int, error) {
		t.Error("expected that it never runs")
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(ctx); !errors.Is(err, ErrCancelled) {
		t.Errorf("expected Cancelled, found %v", err)
	}
	release()
	expect(t, queued, 1)
}

// B9
func TestACallbackThatDoesNotReturnDelaysNoResultWithoutOne(t *testing.T) {
	pool := newTestPool(t, 1)
	called, gate := make(chan struct{}), make(chan struct{})
	f := submit(t, pool, one, OnValue(func(any) {
		close(called)
		<-gate
	}))
	<-called
	expect(t, submit(t, pool, one), 1)
	if f.Ready() {
		t.Error("expected a result that waits for its callback")
	}
	if err := pool.Stop(); err != nil {
		t.Error(err)
	}
	if err := pool.Join(passedContext()); !errors.Is(err, ErrTimeout) {
		t.Errorf("expected Timeout, found %v", err)
	}
	close(gate)
	expect(t, f, 1)
}

// B22
func TestTerminateReachesTasksThatWaitAndThoseThatRun(t *testing.T) {
	pool := newTestPool(t, 2)
	never := make(chan struct{})
	inner := submit(t, pool, held(make(chan struct{}, 1), never))
	waits := submit(t, pool, func(ctx context.Context) (int, error) { return inner.Get(ctx) })
	heeds := submit(t, pool, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	})
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	for _, f := range []*Future[int]{inner, waits, heeds} {
		if _, err := f.Get(ctx); !errors.Is(err, ErrTerminated) {
			t.Errorf("expected Terminated, found %v", err)
		}
	}
	close(never)
	if err := pool.Join(ctx); err != nil {
		t.Error(err)
	}
}

// B22: the task goes on meanwhile.
func TestAnEndedResultHasNoneOfTheValuesThatItsTaskStillWrites(t *testing.T) {
	pool := newTestPool(t, 1)
	running, gate := make(chan struct{}), make(chan struct{})
	f, err := MapAsync(ctx, pool, []int{1, 2}, func(context.Context, int) (int, error) {
		running <- struct{}{}
		<-gate
		return 1, nil
	}, ChunkSize(2))
	if err != nil {
		t.Fatal(err)
	}
	<-running
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	values, err := f.Get(ctx)
	if values != nil || !errors.Is(err, ErrTerminated) {
		t.Errorf("expected Terminated alone, found %v, %v", values, err)
	}
	close(gate)
}
