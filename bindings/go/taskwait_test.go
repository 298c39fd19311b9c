package asyncresult

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// tree is a task that submits two for each of its levels and waits for them.
func tree(ctx context.Context, pool *Pool, depth int) (int, error) {
	if depth == 0 {
		return 1, nil
	}
	var children [2]*Future[int]
	for i := range children {
		child, err := Submit(ctx, pool, func(ctx context.Context) (int, error) {
			return tree(ctx, pool, depth-1)
		})
		if err != nil {
			return 0, err
		}
		children[i] = child
	}
	sum := 0
	for _, child := range children {
		leaves, err := child.Get(ctx)
		if err != nil {
			return 0, err
		}
		sum += leaves
	}
	return sum, nil
}

// B24
func TestTasksThatWaitForTheirOwnEndWithAnyNumberOfWorkers(t *testing.T) {
	for round := 0; round < 10; round++ {
		for _, workers := range []int{1, 2, 4} {
			pool := newTestPool(t, workers, WithSpareWorkers(4))
			f := submit(t, pool, func(ctx context.Context) (int, error) {
				return tree(ctx, pool, 8)
			})
			expect(t, f, 256)
		}
	}
}

// B24
func TestAWaitInATaskMakesProgressWithAnyContext(t *testing.T) {
	pool := newTestPool(t, 1)
	f := submit(t, pool, func(context.Context) (int, error) {
		inner, err := Submit(ctx, pool, one)
		if err != nil {
			return 0, err
		}
		return inner.Get(ctx)
	})
	expect(t, f, 1)
}

// B24
func TestASpareWorkerStandsInForATaskThatWaitsForOneThatRuns(t *testing.T) {
	pool := newTestPool(t, 1)
	other := newTestPool(t, 1)
	running, gate := make(chan struct{}), make(chan struct{})
	slow := submit(t, other, held(running, gate))
	<-running
	waiting := submit(t, pool, func(ctx context.Context) (int, error) { return slow.Get(ctx) })
	expect(t, submit(t, pool, one), 1)
	close(gate)
	expect(t, waiting, 1)
}

// B24
func TestATaskThatWaitsForItselfIsADeadlock(t *testing.T) {
	for _, given := range []bool{true, false} {
		pool := newTestPool(t, 1)
		itself := make(chan *Future[int], 1)
		f := submit(t, pool, func(own context.Context) (int, error) {
			if !given {
				own = ctx
			}
			return (<-itself).Get(own)
		})
		itself <- f
		if _, err := f.Get(ctx); !errors.Is(err, ErrDeadlock) {
			t.Errorf("expected Deadlock, found %v", err)
		}
	}
}

// B24
func TestACircleOfTasksThatWaitForEachOtherIsADeadlock(t *testing.T) {
	pool := newTestPool(t, 2)
	var futures [3]*Future[int]
	begin := make(chan struct{})
	for i := range futures {
		i := i
		futures[i] = submit(t, pool, func(ctx context.Context) (int, error) {
			<-begin
			return futures[(i+1)%3].Get(ctx)
		})
	}
	close(begin)
	for _, f := range futures {
		if _, err := f.Get(ctx); !errors.Is(err, ErrDeadlock) {
			t.Errorf("expected Deadlock, found %v", err)
		}
	}
}

// B23, B24
func TestAJoinInsideATaskIsADeadlock(t *testing.T) {
	pool := newTestPool(t, 1)
	f := submit(t, pool, func(own context.Context) (int, error) {
		if err := pool.Close(); !errors.Is(err, ErrDeadlock) {
			t.Errorf("expected Deadlock of Close, found %v", err)
		}
		return 1, pool.Join(own)
	})
	if _, err := f.Get(ctx); !errors.Is(err, ErrDeadlock) {
		t.Errorf("expected Deadlock, found %v", err)
	}
}

func TestWaitsOfTasksTakeNoThreads(t *testing.T) {
	pool := newTestPool(t, 1)
	other := newTestPool(t, 1)
	release := hold(t, other)
	last := submit(t, other, one)
	before := threads(t)
	const count = 50
	waiting := make(chan struct{}, count)
	futures := make([]*Future[int], count)
	for i := range futures {
		futures[i] = submit(t, pool, func(ctx context.Context) (int, error) {
			waiting <- struct{}{}
			return last.Get(ctx)
		})
	}
	for range futures {
		<-waiting
	}
	if during := threads(t); during > before+10 {
		t.Errorf("expected about %d threads while %d tasks wait, found %d", before, count, during)
	}
	release()
	for _, f := range futures {
		expect(t, f, 1)
	}
}

// expectGoroutines waits until there are no more than before.
func expectGoroutines(t *testing.T, before int) {
	t.Helper()
	for i := 0; i < 2000; i++ {
		runtime.GC()
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	text := make([]byte, 1<<16)
	t.Errorf("expected %d goroutines, found %d:\n%s", before, runtime.NumGoroutine(),
		text[:runtime.Stack(text, true)])
}

func TestNoGoroutineOutlivesAPool(t *testing.T) {
	expectGoroutines(t, 3)
	before := runtime.NumGoroutine()
	for _, end := range []func(*Pool) error{
		(*Pool).Close, (*Pool).Terminate, func(*Pool) error { return nil },
	} {
		pool, err := NewPool(3)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, submit(t, pool, func(ctx context.Context) (int, error) {
			return tree(ctx, pool, 5)
		}), 32)
		if _, err := Map(ctx, pool, []int{1, 2, 3}, func(_ context.Context, i int) (int, error) {
			return i, nil
		}); err != nil {
			t.Error(err)
		}
		if err := end(pool); err != nil {
			t.Error(err)
		}
	}
	expectGoroutines(t, before)
}

func TestNoReferenceOfGoOutlivesItsUse(t *testing.T) {
	before := countReferences()
	pool := newTestPool(t, 2)
	for i := 0; i < 20; i++ {
		submit(t, pool, func(context.Context) (int, error) { return 0, &taskError{} }).Get(ctx)
		Map(ctx, pool, []int{1}, func(context.Context, int) (int, error) { return 0, &taskError{} })
	}
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	pool = nil
	for i := 0; i < 1000 && countReferences() > before+1; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if found := countReferences(); found > before+1 {
		t.Errorf("expected %d references to what C knows, found %d", before+1, found)
	}
}
