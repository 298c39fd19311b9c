package asyncresult

import (
	"context"
	"errors"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// What many goroutines do with one pool at once, each thing in turn.
func TestManyGoroutinesUseOnePool(t *testing.T) {
	square := fixture(t, squarePrototype)
	pool := newTestPool(t, 3, WithUnreadError(func(error) {}))
	strand, err := pool.NewStrand()
	if err != nil {
		t.Fatal(err)
	}
	var called, expected atomic.Int64
	var group sync.WaitGroup
	for i := 0; i < 16; i++ {
		group.Add(1)
		go func(seed int64) {
			defer group.Done()
			random := rand.New(rand.NewSource(seed))
			for j := 0; j < 200; j++ {
				expected.Add(1)
				useOnce(t, pool, strand, square, random.Intn(6), &called)
			}
		}(int64(i))
	}
	group.Wait()
	if err := pool.Close(); err != nil {
		t.Fatal(err)
	}
	if called.Load() != expected.Load() {
		t.Errorf("expected %d to end, found %d", expected.Load(), called.Load())
	}
}

func useOnce(t *testing.T, pool *Pool, strand *Strand, square *Function, how int,
	called *atomic.Int64) {
	count := func(any) { called.Add(1) }
	countError := func(error) { called.Add(1) }
	var r *Result
	var err error
	switch how {
	case 0: // a value, waited for
		var v any
		v, err = pool.Apply(ctx, square, 5)
		if err == nil && v == int64(25) {
			called.Add(1)
		}
	case 1: // dropped, with callbacks
		_, err = pool.Submit(square, []any{5}, OnValue(count), InStrand(strand))
	case 2: // fails
		_, err = pool.Submit(square, []any{"text"}, OnValue(count), OnError(countError))
	case 3: // cancelled or not
		r, err = pool.Submit(square, []any{5}, OnValue(count), OnError(countError))
		if err == nil {
			r.Cancel()
		}
	case 4: // a wait that is given up, then a done-callback
		r, err = pool.ApplyAsync(square, 5)
		if err == nil {
			given, cancel := context.WithCancel(ctx)
			go cancel()
			if failure := r.Wait(given); failure != nil && !errors.Is(failure, ErrInterrupted) {
				t.Error(failure)
			}
			err = r.OnDone(func(*Result) { called.Add(1) })
		}
	case 5: // a map whose callback panics
		r, err = pool.MapAsync(square, []int64{1, 2, 3, 4}, ChunkSize(1), OnValue(func(any) {
			called.Add(1)
			if rand.Intn(2) == 0 {
				runtime.Goexit()
			}
			panic("callback failed")
		}))
		if err == nil {
			if _, failure := r.Get(ctx); !errors.Is(failure, ErrTask) {
				t.Errorf("expected a Task error, found %v", failure)
			}
		}
	}
	if err != nil {
		t.Error(err)
	}
}

func TestPoolsComeAndGoWithWorkUnderWay(t *testing.T) {
	square := fixture(t, squarePrototype)
	for i := 0; i < 100; i++ {
		pool, err := NewPool(2)
		if err != nil {
			t.Fatal(err)
		}
		var results []*Result
		for j := 0; j < 10; j++ {
			r, err := pool.Submit(square, []any{j}, OnValue(func(any) {}), OnError(func(error) {}))
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, r)
		}
		if i%2 == 0 {
			if err := pool.Terminate(); err != nil {
				t.Fatal(err)
			}
		}
		pool = nil
		if i%10 == 0 {
			runtime.GC()
		}
		for j, r := range results {
			v, err := r.Get(ctx)
			if err == nil && v != int64(j*j) || err != nil && !errors.Is(err, ErrTerminated) {
				t.Errorf("expected %d or Terminated, found %v, %v", j*j, v, err)
			}
		}
	}
}

// A chain has its turn just as the one worker goes to sleep.
func TestNoWorkerSleepsThroughWhatComesMeanwhile(t *testing.T) {
	pool := newTestPool(t, 1)
	for i := 0; i < 20000; i++ {
		next, err := Then(ctx, pool, submit(t, pool, one),
			func(_ context.Context, n int) (int, error) { return n + 1, nil })
		if err != nil {
			t.Fatal(err)
		}
		expect(t, next, 2)
	}
}

// B21, B22, B24, B26
func TestTreesOfTasksEndInPoolsOfAnyKind(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for round := 0; round < 300; round++ {
		options := []PoolOption{WithSpareWorkers(random.Intn(4))}
		if random.Intn(2) == 0 {
			policies := []FullPolicy{FullBlock, FullCallerRuns}
			options = append(options,
				WithQueueLimit(1+random.Intn(3), policies[random.Intn(2)]))
		}
		pool := newTestPool(t, 1+random.Intn(3), options...)
		var futures []*Future[int]
		for i := random.Intn(6); i >= 0; i-- {
			depth := random.Intn(5)
			f := submit(t, pool, func(ctx context.Context) (int, error) {
				return tree(ctx, pool, depth)
			})
			next, err := Then(ctx, pool, f, func(_ context.Context, n int) (int, error) {
				return n, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			futures = append(futures, f, next)
		}
		switch random.Intn(3) {
		case 0:
			pool.Terminate()
		case 1:
			pool.Stop()
		}
		if err := WaitAll(ctx, futures); err != nil {
			t.Error(err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}
