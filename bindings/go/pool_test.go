package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

const squarePrototype = "int64_t fixture_square(int64_t)"

func TestMapOverNumbersGivesNumbers(t *testing.T) {
	pool := newTestPool(t, 2)
	found, err := pool.Map(ctx, cFunction(t, "m", "double sqrt(double)"), []float64{4, 9, 16})
	if err != nil || !reflect.DeepEqual(found, []float64{2, 3, 4}) {
		t.Errorf("found %#v, %v", found, err)
	}
	found, err = pool.Map(ctx, cFunction(t, "c", "int toupper(int)"), []byte("ab"))
	if err != nil || !reflect.DeepEqual(found, []int32{'A', 'B'}) {
		t.Errorf("found %#v, %v", found, err)
	}
	found, err = pool.Map(ctx, cFunction(t, "c", "size_t strlen(const char *)"), []string{"a", "abc"})
	if err != nil || !reflect.DeepEqual(found, []any{int64(1), int64(3)}) {
		t.Errorf("found %#v, %v", found, err)
	}
	found, err = pool.Starmap(ctx, cFunction(t, "m", "double pow(double, double)"),
		[][]float64{{2, 3}, {3, 2}})
	if err != nil || !reflect.DeepEqual(found, []any{8.0, 9.0}) {
		t.Errorf("found %#v, %v", found, err)
	}
}

func TestApplyCancelsWhatHasNotBegunWhenItsContextEnds(t *testing.T) {
	l := newLatch(t)
	counter := l.call(fixture(t, "int64_t fixture_counter_new(void)"))
	pool := newTestPool(t, 1)
	l.hold(pool)
	count := fixture(t, "int64_t fixture_count(int64_t)")
	if _, err := pool.Apply(passedContext(), count, counter); !errors.Is(err, ErrTimeout) {
		t.Errorf("expected a Timeout error, found %v", err)
	}
	l.release()
	if err := pool.Close(); err != nil {
		t.Error(err)
	}
	found := l.call(fixture(t, "int64_t fixture_counter_get(int64_t)"), counter)
	if found != int64(0) {
		t.Errorf("expected the task never to run, found that it ran %v times", found)
	}
}

func TestCloseWaitsForWorkAndCallbacks(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1)
	var called atomic.Bool
	l.hold(pool, OnValue(func(any) {
		runtime.Gosched()
		called.Store(true)
	}))
	go l.release()
	if err := pool.Close(); err != nil || !called.Load() {
		t.Errorf("expected the callback to have run, found %v, %v", called.Load(), err)
	}
	if err := pool.Close(); err != nil {
		t.Errorf("expected a second close to be fine, found %v", err)
	}
}

func TestCloseInsideACallbackDoesNotWait(t *testing.T) {
	pool := newTestPool(t, 1)
	failure := make(chan error, 2)
	l := newLatch(t)
	r := l.hold(pool, OnValue(func(any) { failure <- pool.Close() }))
	if err := r.OnDone(func(*Result) { failure <- pool.Close() }); err != nil {
		t.Fatal(err)
	}
	l.release()
	for i := 0; i < 2; i++ {
		if err := <-failure; !errors.Is(err, ErrDeadlock) {
			t.Errorf("expected a Deadlock error, found %v", err)
		}
	}
}

func TestASubmitThatWaitsForAPlaceHoldsOneThread(t *testing.T) {
	l := newLatch(t)
	square := fixture(t, squarePrototype)
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	l.hold(pool)
	if _, err := pool.ApplyAsync(square, 1); err != nil {
		t.Fatal(err)
	}
	before := threads(t)
	cancelled, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	failures := make(chan error, 100)
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			_, err := pool.Apply(cancelled, square, 2)
			failures <- err
		}()
	}
	for len(pool.gate) == 0 {
		runtime.Gosched()
	}
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
	if now := threads(t); now > before+fewThreads {
		t.Errorf("expected about %d threads, found %d", before, now)
	}
	cancel()
	for i := 0; i < 100; i++ {
		if err := <-failures; !errors.Is(err, context.Canceled) {
			t.Errorf("expected a cancelled context, found %v", err)
		}
	}
	l.release()
	group.Wait()
}

func TestGoroutinesAndDescriptorsEndWithClose(t *testing.T) {
	square := fixture(t, squarePrototype)
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	for i := 0; i < 20; i++ {
		pool, err := NewPool(1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pool.Submit(square, []any{i}, OnValue(func(any) {}))
		if err != nil {
			t.Fatal(err)
		}
		r.Done()
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for runtime.NumGoroutine() > goroutines {
		runtime.Gosched()
	}
	// The queues' own descriptors go with the pools.
	for openDescriptors(t) > descriptors {
		runtime.GC()
		runtime.Gosched()
	}
}

func TestADroppedPoolIsCollected(t *testing.T) {
	square := fixture(t, squarePrototype)
	goroutines, descriptors := runtime.NumGoroutine(), openDescriptors(t)
	var results []*Result
	for i := 0; i < 20; i++ {
		pool, err := NewPool(1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pool.Submit(square, []any{i}, OnValue(func(any) {}))
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	for i, r := range results {
		if v, err := r.Get(ctx); err != nil || v != int64(i*i) {
			t.Errorf("expected %d, found %v, %v", i*i, v, err)
		}
	}
	results = nil
	for runtime.NumGoroutine() > goroutines || openDescriptors(t) > descriptors {
		runtime.GC()
		runtime.Gosched()
	}
}

func openDescriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func TestAPoolIsUsedAgainAfterItsJoinFailed(t *testing.T) {
	pool := newTestPool(t, 1)
	if err := pool.Join(ctx); !errors.Is(err, ErrPoolRunning) {
		t.Errorf("expected a PoolRunning error, found %v", err)
	}
	v, err := pool.Apply(ctx, cFunction(t, "m", "double cos(double)"), 0)
	if err != nil || v != 1.0 {
		t.Errorf("expected 1, found %v, %v", v, err)
	}
}

func TestASubmitToAnEndedPoolLeavesNothingBehind(t *testing.T) {
	square := fixture(t, squarePrototype)
	pool := newTestPool(t, 1)
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := pool.Submit(square, []any{1}, OnValue(func(any) { t.Error("called") }))
	if !errors.Is(err, ErrPoolClosed) || len(pool.dispatch.callbacks.pending) != 0 {
		t.Errorf("expected a PoolClosed error and no callback, found %v", err)
	}
}

func TestAThreadCarriesThePoolsName(t *testing.T) {
	pool := newTestPool(t, 1, WithName("gopher"))
	gettid := cFunction(t, "c", "int gettid(void)")
	id, err := pool.Apply(ctx, gettid)
	if err != nil {
		t.Fatal(err)
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/comm", id))
	if err != nil || string(name[:6]) != "gopher" {
		t.Errorf("expected gopher, found %q, %v", name, err)
	}
}
