package asyncresult

import (
	"context"
	"errors"
	"reflect"
	"testing"
)

// fill submits one more than the queue has places for.
func fill(ctx context.Context, pool *Pool) (sum int, err error) {
	var futures []*Future[int]
	for i := 0; i < 5; i++ {
		f, err := Submit(ctx, pool, one)
		if err != nil {
			return 0, err
		}
		futures = append(futures, f)
	}
	for _, f := range futures {
		value, err := f.Get(ctx)
		if err != nil {
			return 0, err
		}
		sum += value
	}
	return sum, nil
}

// B26
func TestASubmitInsideATaskWaitsForNoPlace(t *testing.T) {
	for _, policy := range []FullPolicy{FullBlock, FullCallerRuns} {
		for _, given := range []bool{true, false} {
			pool := newTestPool(t, 1, WithQueueLimit(1, policy))
			f := submit(t, pool, func(own context.Context) (int, error) {
				if !given {
					own = ctx
				}
				return fill(own, pool)
			})
			expect(t, f, 5)
		}
	}
}

// B24, B26
func TestATaskThatASubmitRunsMayWaitForOthers(t *testing.T) {
	for _, policy := range []FullPolicy{FullBlock, FullCallerRuns} {
		pool := newTestPool(t, 1, WithQueueLimit(1, policy))
		f := submit(t, pool, func(ctx context.Context) (int, error) {
			queued := submit(t, pool, one)
			inner := submit(t, pool, func(ctx context.Context) (int, error) {
				return queued.Get(ctx)
			})
			return inner.Get(ctx)
		})
		expect(t, f, 1)
		itself := make(chan *Future[int], 1)
		f = submit(t, pool, func(ctx context.Context) (int, error) {
			submit(t, pool, one)
			inner := submit(t, pool, func(ctx context.Context) (int, error) {
				return (<-itself).Get(ctx)
			})
			return inner.Get(ctx)
		})
		itself <- f
		if _, err := f.Get(ctx); !errors.Is(err, ErrDeadlock) {
			t.Errorf("expected Deadlock, found %v", err)
		}
	}
}

// B24, B26
func TestATaskThatASubmitRunsIsClaimedByNoOther(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullCallerRuns), WithSpareWorkers(0))
	other := newTestPool(t, 1)
	running, gate := make(chan struct{}), make(chan struct{})
	slow := submit(t, other, held(running, gate))
	<-running
	waiting := make(chan struct{})
	f := submit(t, pool, func(ctx context.Context) (int, error) {
		submit(t, pool, one)
		inner := submit(t, pool, func(ctx context.Context) (int, error) {
			close(waiting)
			return slow.Get(ctx)
		})
		return inner.Get(ctx)
	})
	<-waiting
	close(gate)
	expect(t, f, 1)
}

// B26
func TestAMapInsideATaskRunsThereWhenTheQueueIsFull(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	failure := &taskError{code: 3}
	f := submit(t, pool, func(ctx context.Context) (int, error) {
		submit(t, pool, one)
		squares, err := Map(ctx, pool, []int{1, 2, 3, 4, 5, 6},
			func(_ context.Context, n int) (int, error) { return n * n, nil })
		if err != nil || !reflect.DeepEqual(squares, []int{1, 4, 9, 16, 25, 36}) {
			t.Errorf("expected squares, found %v, %v", squares, err)
		}
		var called []int
		_, err = Map(ctx, pool, []int{1, 2, 3, 4}, func(_ context.Context, n int) (int, error) {
			if called = append(called, n); n == 1 {
				return 0, failure
			}
			return n, nil
		}, ChunkSize(2))
		if err != error(failure) || !reflect.DeepEqual(called, []int{1, 3, 4}) {
			t.Errorf("expected the rest of the chunk to be skipped, found %v, %v", called, err)
		}
		_, err = Map(ctx, pool, []int{1, 2}, func(context.Context, int) (int, error) {
			panic(failure)
		}, Errors(ErrorsCollect))
		var each *MapError
		if !errors.As(err, &each) || !errors.Is(each.Errors[1], failure) {
			t.Errorf("expected all errors, found %v", err)
		}
		none, err := Map(ctx, pool, nil, func(context.Context, int) (int, error) { return 1, nil })
		return len(none), err
	})
	expect(t, f, 0)
}

// B26, S1
func TestATaskOfAStrandIsQueuedOverTheLimitInsideATask(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	strand, err := pool.NewStrand()
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	add := func(n int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) {
			order = append(order, n) // no lock: one at a time
			return n, nil
		}
	}
	var last *Future[[]int]
	f := submit(t, pool, func(context.Context) (int, error) {
		for n := 0; n < 5; n++ {
			submit(t, pool, add(n), InStrand(strand))
		}
		last, err = MapAsync(ctx, pool, []int{5, 6}, func(ctx context.Context, n int) (int, error) {
			return add(n)(ctx)
		}, InStrand(strand))
		return len(order), err
	}, InStrand(strand))
	expect(t, f, 0)
	if _, err := last.Get(ctx); err != nil || !reflect.DeepEqual(order, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("expected the order of the submits, found %v, %v", order, err)
	}
}

// B26
func TestASubmitInsideACallbackWaitsForNoPlace(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	release := make(chan func(), 1)
	inner := make(chan *Future[int], 1)
	seen := make(chan any, 1)
	submit(t, pool, one, OnValue(func(any) {
		release <- hold(t, pool)
		submit(t, pool, one)
		inner <- submit(t, pool, one, OnValue(func(value any) { seen <- value }))
	}))
	expect(t, <-inner, 1)
	if value := <-seen; value != 1 {
		t.Errorf("expected 1, found %v", value)
	}
	(<-release)()
}

// B26
func TestATaskThatWaitsForAPlaceInAnotherPoolLetsOthersRun(t *testing.T) {
	pool, other := newTestPool(t, 1), newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	release := hold(t, other)
	submit(t, other, one)
	waits := submit(t, pool, func(ctx context.Context) (int, error) {
		f, err := Submit(ctx, other, one)
		if err != nil {
			return 0, err
		}
		return f.Get(ctx)
	})
	expect(t, submit(t, pool, one), 1)
	release()
	expect(t, waits, 1)
}

// B22
func TestATaskThatASubmitRunsIsCancelledAndTerminated(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	running := make(chan struct{})
	f := submit(t, pool, func(ctx context.Context) (int, error) {
		submit(t, pool, one)
		inner := submit(t, pool, func(ctx context.Context) (int, error) {
			close(running)
			<-ctx.Done()
			return 0, ctx.Err()
		})
		_, err := inner.Get(context.Background())
		if !errors.Is(err, ErrTerminated) {
			t.Errorf("expected Terminated, found %v", err)
		}
		return 1, nil
	})
	<-running
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(ctx); !errors.Is(err, ErrTerminated) {
		t.Errorf("expected Terminated, found %v", err)
	}
	if err := pool.Join(ctx); err != nil {
		t.Error(err)
	}
}

// B26
func TestASubmitRunsAWholeMapWhenTheQueueIsFull(t *testing.T) {
	pool := newTestPool(t, 1, WithQueueLimit(1, FullCallerRuns))
	release := hold(t, pool)
	submit(t, pool, one)
	squares, err := Map(ctx, pool, []int{1, 2, 3}, func(_ context.Context, n int) (int, error) {
		return n * n, nil
	}, ChunkSize(1))
	if err != nil || !reflect.DeepEqual(squares, []int{1, 4, 9}) {
		t.Errorf("expected squares, found %v, %v", squares, err)
	}
	release()
}

// B22, B26
func TestTerminateReachesATaskThatItsSubmitRuns(t *testing.T) {
	for _, kind := range []string{"a call", "a map"} {
		pool := newTestPool(t, 1, WithQueueLimit(1, FullCallerRuns))
		release := hold(t, pool)
		submit(t, pool, one)
		running, ended := make(chan struct{}), make(chan error)
		heeds := func(ctx context.Context, _ int) (int, error) {
			close(running)
			<-ctx.Done()
			return 0, ctx.Err()
		}
		go func() {
			var err error
			if kind == "a call" {
				_, err = Call(ctx, pool, func(ctx context.Context) (int, error) {
					return heeds(ctx, 0)
				})
			} else {
				_, err = Map(ctx, pool, []int{1}, heeds)
			}
			ended <- err
		}()
		<-running
		if err := pool.Terminate(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, ErrTerminated) {
			t.Errorf("%s: expected Terminated, found %v", kind, err)
		}
		release()
	}
}
