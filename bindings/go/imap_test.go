package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// newImap is an iterator that is closed at the end of the test, before its pool.
func newImap(t *testing.T, pool *Pool, fn *Function, input any, options ...TaskOption) *Iterator {
	t.Helper()
	it, err := pool.Imap(ctx, fn, input, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { it.Close() })
	return it
}

// rest is what is left of an iteration: values, and errors in their places.
func rest(t *testing.T, it *Iterator) (found []any) {
	t.Helper()
	for {
		value, err := it.Next(ctx)
		var e *Error
		switch {
		case errors.Is(err, ErrStop):
			if _, err := it.Next(ctx); !errors.Is(err, ErrStop) {
				t.Errorf("expected the end again, found %v", err)
			}
			return found
		case errors.As(err, &e):
			found = append(found, e.Code)
		default:
			found = append(found, value)
		}
	}
}

// countTo gives the numbers from 1 on.
func countTo(last int) func() (any, bool) {
	given := 0
	return func() (any, bool) {
		given++
		return given, given <= last
	}
}

func sent[T any](items ...T) chan T {
	c := make(chan T, len(items))
	for _, item := range items {
		c <- item
	}
	close(c)
	return c
}

// B14.1 for each form of an input
func TestImapReadsSlicesChannelsAndFunctions(t *testing.T) {
	pool := newTestPool(t, 2)
	square := fixture(t, squarePrototype)
	array, err := NewArray([]int64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	next, typed, failing, heeding := countTo(3), 0, 0, 0
	for name, input := range map[string]any{
		"a slice of numbers": []int64{1, 2, 3},
		"a slice":            []any{1, 2, 3},
		"an array of Go":     [3]int{1, 2, 3},
		"an Array":           array,
		"a channel":          sent[any](1, 2, 3),
		"a channel of int":   sent(1, 2, 3),
		"a receiving channel": func() <-chan any {
			return sent[any](1, 2, 3)
		}(),
		"func() (any, bool)": next,
		"func() (int, bool)": func() (int, bool) { typed++; return typed, typed <= 3 },
		"func() (any, error)": func() (any, error) {
			if failing++; failing > 3 {
				return nil, io.EOF
			}
			return failing, nil
		},
		"func(Context) (any, error)": func(context.Context) (any, error) {
			if heeding++; heeding > 3 {
				return nil, ErrStop
			}
			return heeding, nil
		},
		"a sequence": func(yield func(any) bool) {
			for i := 1; i <= 3 && yield(i); i++ {
			}
		},
		"a sequence of int": func(yield func(int) bool) {
			for i := 1; i <= 3 && yield(i); i++ {
			}
		},
	} {
		for _, size := range []int{1, 2, 100} {
			if size > 1 && name[:4] != "a sl" && name[:4] != "a se" && name[:2] != "an" {
				continue // it was read
			}
			it := newImap(t, pool, square, input, ChunkSize(size))
			if found := rest(t, it); !reflect.DeepEqual(found, []any{int64(1), int64(4), int64(9)}) {
				t.Errorf("%s, chunks of %d: found %v", name, size, found)
			}
		}
	}
}

func TestImapRefusesWhatIsNoInput(t *testing.T) {
	pool := newTestPool(t, 1)
	cos := cFunction(t, "m", "double cos(double)")
	for _, input := range []any{
		nil, 1, "text", struct{}{}, map[string]int{}, make(chan<- int), (chan int)(nil),
		func() {}, func() any { return 1 }, func(int) (any, bool) { return 1, false },
		(func() (any, bool))(nil), func(yield func(int)) {}, []any{func() {}},
	} {
		if _, err := pool.Imap(ctx, cos, input); !errors.Is(err, ErrType) {
			t.Errorf("%T: expected a Type error, found %v", input, err)
		}
	}
	var noPool *Pool
	for name, call := range map[string]func() (*Iterator, error){
		"no context":          func() (*Iterator, error) { return pool.Imap(nilContext, cos, []int{1}) },
		"no pool":             func() (*Iterator, error) { return noPool.Imap(ctx, cos, []int{1}) },
		"no function":         func() (*Iterator, error) { return pool.Imap(ctx, nil, []int{1}) },
		"no function, lazily": func() (*Iterator, error) { return pool.Imap(ctx, nil, countTo(1)) },
		"a callback": func() (*Iterator, error) {
			return pool.Imap(ctx, cos, []int{1}, OnValue(func(any) {}))
		},
		"an error policy": func() (*Iterator, error) {
			return pool.Imap(ctx, cos, []int{1}, Errors(ErrorsCollect))
		},
		"a buffer of 0":  func() (*Iterator, error) { return pool.Imap(ctx, cos, countTo(1), BufferSize(0)) },
		"a chunk of -1":  func() (*Iterator, error) { return pool.Imap(ctx, cos, countTo(1), ChunkSize(-1)) },
		"a chunk size 0": func() (*Iterator, error) { return pool.Imap(ctx, cos, []int{1}, ChunkSize(0)) },
	} {
		if _, err := call(); !errors.Is(err, ErrArgument) {
			t.Errorf("%s: expected an Argument error, found %v", name, err)
		}
	}
	if _, err := (*Iterator)(nil).Next(ctx); !errors.Is(err, ErrArgument) {
		t.Errorf("expected an Argument error, found %v", err)
	}
}

// B15.1
func TestAnInputThatFailsEndsTheIterationAtItsPlace(t *testing.T) {
	pool := newTestPool(t, 2)
	square := fixture(t, squarePrototype)
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("the input failed") },
		"a panic":  func() error { panic("the input failed") },
		"a Goexit": func() error { runtime.Goexit(); return nil },
	} {
		next := countTo(5)
		it := newImap(t, pool, square, func() (any, error) {
			if item, ok := next(); ok {
				return item, nil
			}
			return nil, fail()
		}, ChunkSize(2), BufferSize(3))
		found := rest(t, it)
		expected := []any{int64(1), int64(4), int64(9), int64(16), int64(25), CodeTask}
		if !reflect.DeepEqual(found, expected) {
			t.Errorf("%s: expected %v, found %v", name, expected, found)
		}
	}
	it := newImap(t, pool, square, sent[any](1, func() {}, 3))
	if found := rest(t, it); !reflect.DeepEqual(found, []any{int64(1), CodeType}) {
		t.Errorf("expected 1 and a Type error, found %v", found)
	}
}

// B18.1
func TestAnItemsErrorComesAtItsPlace(t *testing.T) {
	pool := newTestPool(t, 2)
	byteOf := fixture(t, "uint8_t fixture_byte(uint8_t)")
	expected := []any{int64(1), CodeType, int64(3), CodeType, int64(5)}
	for _, size := range []int{1, 3, 100} {
		for _, input := range []any{[]any{1, 300, 3, 300, 5}, sent(1, 300, 3, 300, 5)} {
			it := newImap(t, pool, byteOf, input, ChunkSize(size))
			if found := rest(t, it); !reflect.DeepEqual(found, expected) {
				t.Errorf("%T, chunks of %d: found %v", input, size, found)
			}
		}
	}
}

func TestScanStopsAtAnErrorAndGoesOn(t *testing.T) {
	pool := newTestPool(t, 1)
	it := newImap(t, pool, fixture(t, "uint8_t fixture_byte(uint8_t)"), []int{1, 2, 300, 4})
	var found []any
	for it.Scan(ctx) {
		found = append(found, it.Value())
	}
	if !errors.Is(it.Err(), ErrType) {
		t.Errorf("expected a Type error, found %v", it.Err())
	}
	for it.Scan(ctx) {
		found = append(found, it.Value())
	}
	if it.Err() != nil || !reflect.DeepEqual(found, []any{int64(1), int64(2), int64(4)}) {
		t.Errorf("expected 1, 2 and 4, found %v, %v", found, it.Err())
	}
}

// B18.2
func TestAContextThatEndsLosesNoValue(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1)
	it := newImap(t, pool, l.wait, []any{l.id, l.id})
	t.Cleanup(l.release)
	if _, err := it.Next(passedContext()); !errors.Is(err, ErrTimeout) ||
		!errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("expected a Timeout error, found %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	failure := make(chan error)
	go func() {
		_, err := it.Next(cancelled)
		failure <- err
	}()
	cancel()
	if err := <-failure; !errors.Is(err, ErrInterrupted) || !errors.Is(err, context.Canceled) {
		t.Errorf("expected an Interrupted error, found %v", err)
	}
	l.release()
	if found := rest(t, it); !reflect.DeepEqual(found, []any{l.id, l.id}) {
		t.Errorf("expected both values, found %v", found)
	}
}

// B18.4
func TestAnEndlessInputIsReadAsFarAsTheBuffer(t *testing.T) {
	pool := newTestPool(t, 2)
	var read atomic.Int64
	it := newImap(t, pool, fixture(t, squarePrototype), func() (any, bool) {
		return read.Add(1), true
	}, BufferSize(4))
	for i := int64(1); i <= 50; i++ {
		value, err := it.Next(ctx)
		if err != nil || value != i*i {
			t.Fatalf("expected %d, found %v, %v", i*i, value, err)
		}
		if count := read.Load(); count > i+4 {
			t.Fatalf("expected at most %d items read, found %d", i+4, count)
		}
	}
	for read.Load() < 54 {
		runtime.Gosched()
	}
	for i := 0; i < 1000; i++ {
		runtime.Gosched()
	}
	if count := read.Load(); count != 54 {
		t.Errorf("expected 54 items read, found %d", count)
	}
}

// B18.5
func TestASlowInputDelaysNobodyElse(t *testing.T) {
	pool := newTestPool(t, 1)
	square := fixture(t, squarePrototype)
	items := make(chan int)
	it := newImap(t, pool, square, items)
	for i := int64(1); i <= 3; i++ {
		if v, err := pool.Apply(ctx, square, 4); err != nil || v != int64(16) {
			t.Errorf("expected 16, found %v, %v", v, err)
		}
		items <- int(i)
		if v, err := it.Next(ctx); err != nil || v != i*i {
			t.Errorf("expected %d, found %v, %v", i*i, v, err)
		}
	}
	close(items)
	if found := rest(t, it); found != nil {
		t.Errorf("expected the end, found %v", found)
	}
}

func TestTheEndOfTheContextCancelsTheIteration(t *testing.T) {
	pool := newTestPool(t, 1)
	square := fixture(t, squarePrototype)
	blocked := make(chan any)
	for _, input := range []any{
		countTo(1 << 40), blocked, make(chan int),
		func(ctx context.Context) (any, error) { <-ctx.Done(); return nil, ctx.Err() },
	} {
		life, cancel := context.WithCancel(ctx)
		it, err := pool.Imap(life, square, input)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		found := rest(t, it)
		if len(found) == 0 || found[len(found)-1] != CodeCancelled {
			t.Errorf("%T: expected Cancelled last, found %v", input, found)
		}
	}
}

// B18.7
func TestCancelHandsOutWhatRuns(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1)
	it := newImap(t, pool, l.wait, []any{l.id, l.id, l.id, l.id}, BufferSize(2))
	t.Cleanup(l.release)
	l.call(l.waitForCount, l.id, 1)
	it.Cancel()
	l.release()
	if found := rest(t, it); !reflect.DeepEqual(found, []any{l.id, CodeCancelled, CodeCancelled}) {
		t.Errorf("expected one value and two errors, found %v", found)
	}
	it.Cancel()
}

func TestCloseEndsANextThatWaits(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1)
	it := newImap(t, pool, l.wait, []any{l.id})
	t.Cleanup(l.release)
	failure := make(chan error)
	go func() {
		_, err := it.Next(ctx)
		failure <- err
	}()
	for !it.isWaitedFor() {
		runtime.Gosched()
	}
	if err := it.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failure; !errors.Is(err, ErrCancelled) {
		t.Errorf("expected a Cancelled error, found %v", err)
	}
	if _, err := it.Next(ctx); !errors.Is(err, ErrCancelled) {
		t.Errorf("expected a Cancelled error, found %v", err)
	}
	if err := it.Close(); err != nil {
		t.Error(err)
	}
}

func (it *Iterator) isWaitedFor() bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.ready != nil
}

// B22.9
func TestTerminateIsToldToEachNextThatWaits(t *testing.T) {
	pool := newTestPool(t, 1)
	it := newImap(t, pool, fixture(t, squarePrototype), make(chan int))
	failures := make(chan error, 10)
	var begun sync.WaitGroup
	begun.Add(10)
	for i := 0; i < 10; i++ {
		go func() {
			it.take(it.begin())
			begun.Done()
			_, err := it.nextSince(ctx, 0)
			failures <- err
		}()
	}
	begun.Wait()
	if err := pool.Terminate(); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 10; i++ {
		if err := <-failures; !errors.Is(err, ErrTerminated) {
			t.Errorf("expected a Terminated error, found %v", err)
		}
	}
	if found := rest(t, it); found != nil {
		t.Errorf("expected the end, found %v", found)
	}
}

func TestManyNextsTakeNoThreadAndShareTheValues(t *testing.T) {
	pool := newTestPool(t, 2)
	items := make(chan any)
	it := newImap(t, pool, fixture(t, squarePrototype), items)
	before := threads(t)
	const count = 500
	var sum atomic.Int64
	var group sync.WaitGroup
	for i := 0; i < count; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			v, err := it.Next(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			sum.Add(v.(int64))
		}()
	}
	for !it.isWaitedFor() {
		runtime.Gosched()
	}
	if now := threads(t); now > before+fewThreads {
		t.Errorf("expected about %d threads, found %d", before, now)
	}
	for i := 1; i <= count; i++ {
		items <- i
	}
	group.Wait()
	if expected := int64(count * (count + 1) * (2*count + 1) / 6); sum.Load() != expected {
		t.Errorf("expected %d, found %d", expected, sum.Load())
	}
}

func TestIteratorsLeaveNothingBehind(t *testing.T) {
	square := fixture(t, squarePrototype)
	goroutines, tasks := runtime.NumGoroutine(), threads(t)
	pool, err := NewPool(2)
	if err != nil {
		t.Fatal(err)
	}
	life, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := 0; i < 30; i++ {
		input := []any{[]int{1, 2, 3}, make(chan int), countTo(1 << 40)}[i%3]
		it, err := pool.Imap(life, square, input, BufferSize(2))
		if err != nil {
			t.Fatal(err)
		}
		if i%3 != 1 {
			it.Next(ctx)
		} else {
			it.Next(passedContext())
		}
		if i%2 == 0 {
			it.Close()
		}
	}
	closed := make(chan error, 1)
	go func() { closed <- pool.Close() }()
	for runtime.NumGoroutine() > goroutines {
		runtime.GC() // the others are garbage
		runtime.Gosched()
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if now := threads(t); now > tasks+fewThreads {
		t.Errorf("expected about %d threads, found %d", tasks, now)
	}
}

func TestAnIterationGoesOnAfterStopAndIsWaitedFor(t *testing.T) {
	pool := newTestPool(t, 2)
	it := newImap(t, pool, fixture(t, squarePrototype), countTo(20), BufferSize(2))
	if err := pool.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Imap(ctx, fixture(t, squarePrototype), []int{1}); !errors.Is(err, ErrPoolClosed) {
		t.Errorf("expected a PoolClosed error, found %v", err)
	}
	joined := make(chan error)
	go func() { joined <- pool.Join(ctx) }()
	if found := rest(t, it); len(found) != 20 || found[19] != int64(400) {
		t.Errorf("expected 20 squares, found %v", found)
	}
	if err := <-joined; err != nil {
		t.Error(err)
	}
}

func TestImapHeedsAFullQueue(t *testing.T) {
	l := newLatch(t)
	pool := newTestPool(t, 1, WithQueueLimit(1, FullBlock))
	l.hold(pool)
	if _, err := pool.ApplyAsync(fixture(t, squarePrototype), 1); err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	_, err := pool.Imap(soon, fixture(t, squarePrototype), []int{1, 2})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("expected the deadline to end the wait, found %v", err)
	}
	it := newImap(t, pool, fixture(t, squarePrototype), countTo(2))
	l.release()
	if found := rest(t, it); fmt.Sprint(found) != "[1 4]" {
		t.Errorf("expected 1 and 4, found %v", found)
	}
}
