package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"
)

func numbers(count int) []int {
	items := make([]int, count)
	for i := range items {
		items[i] = i
	}
	return items
}

// B14, B17
func TestMapKeepsTheOrderAtEveryChunkSize(t *testing.T) {
	pool := newTestPool(t, 3)
	text := func(_ context.Context, i int) (string, error) { return fmt.Sprint(i), nil }
	for _, count := range []int{0, 1, 7, 100} {
		for _, chunk := range []int{1, 3, 1000} {
			values, err := Map(ctx, pool, numbers(count), text, ChunkSize(chunk))
			if err != nil || len(values) != count {
				t.Fatalf("expected %d values, found %v, %v", count, values, err)
			}
			for i, value := range values {
				if value != fmt.Sprint(i) {
					t.Fatalf("expected %d at its place, found %s", i, value)
				}
			}
		}
	}
	if _, err := Map(ctx, pool, numbers(3), text, ChunkSize(0)); !errors.Is(err, ErrArgument) {
		t.Errorf("expected Argument for a chunk of 0, found %v", err)
	}
}

// B16
func TestMapFailsByItsPolicy(t *testing.T) {
	pool := newTestPool(t, 2)
	fail := func(_ context.Context, i int) (int, error) {
		switch i {
		case 3:
			return 0, &taskError{code: i}
		case 5:
			panic(&taskError{code: i})
		case 7:
			runtime.Goexit()
		}
		return -i, nil
	}
	for _, policy := range []ErrorPolicy{ErrorsFirst, ErrorsLowest, ErrorsFailFast} {
		_, err := Map(ctx, pool, numbers(10), fail, Errors(policy), ChunkSize(1))
		if !errors.Is(err, ErrTask) && !errors.As(err, new(*taskError)) {
			t.Errorf("%v: expected an item's error, found %v", policy, err)
		}
		var lowest *taskError
		if policy == ErrorsLowest && (!errors.As(err, &lowest) || lowest.code != 3) {
			t.Errorf("expected the error of the lowest index, found %v", err)
		}
	}
	for _, chunk := range []int{1, 4, 10} {
		values, err := Map(ctx, pool, numbers(10), fail, Errors(ErrorsCollect), ChunkSize(chunk))
		var all *MapError
		if !errors.As(err, &all) || !errors.Is(err, ErrTask) {
			t.Fatalf("expected the errors of the items, found %v", err)
		}
		if !reflect.DeepEqual(values, []int{0, -1, -2, 0, -4, 0, -6, 0, -8, -9}) {
			t.Errorf("expected the values of the others, found %v", values)
		}
		for i, err := range all.Errors {
			if (err != nil) != (i == 3 || i == 5 || i == 7) {
				t.Errorf("[%d]: found %v", i, err)
			}
		}
	}
}

func TestMapEndsWithItsContext(t *testing.T) {
	pool := newTestPool(t, 1)
	parent, cancel := context.WithCancel(ctx)
	ran := 0
	f, err := MapAsync(parent, pool, numbers(100), func(context.Context, int) (int, error) {
		ran++
		cancel()
		return 0, nil
	}, ChunkSize(50))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get(ctx); !errors.Is(err, ErrCancelled) || ran != 1 {
		t.Errorf("expected Cancelled after one item, found %v after %d", err, ran)
	}
}

// B16, B18
func TestStreamsGiveValuesAndErrorsAtTheirPlaces(t *testing.T) {
	pool := newTestPool(t, 2)
	failure := &taskError{}
	for _, chunk := range []int{1, 4} {
		next := 0
		endless := func() (int, bool) { next++; return next, true }
		s, err := Imap(ctx, pool, endless, func(_ context.Context, i int) (*int, error) {
			switch i {
			case 5:
				return nil, failure
			case 6:
				runtime.Goexit()
			}
			return &i, nil
		}, ChunkSize(chunk), BufferSize(8))
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i <= 100; i++ {
			value, err := s.Next(ctx)
			switch {
			case i == 5 && err != error(failure):
				t.Errorf("expected the error of item 5, found %v", err)
			case i == 6 && !errors.Is(err, ErrTask):
				t.Errorf("expected the error of item 6, found %v", err)
			case i != 5 && i != 6 && (err != nil || *value != i):
				t.Fatalf("expected %d, found %v", i, err)
			}
		}
		s.Close()
	}
}

func TestStreamsTakeSlicesAndRefuseItemsOfOtherTypes(t *testing.T) {
	pool := newTestPool(t, 2)
	negate := func(_ context.Context, i int) (int, error) { return -i, nil }
	s, err := ImapUnordered(ctx, pool, []int{1, 2, 3}, negate)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for s.Scan(ctx) {
		sum += s.Value()
	}
	if s.Err() != nil || sum != -6 {
		t.Errorf("expected -6, found %d, %v", sum, s.Err())
	}
	s, err = Imap(ctx, pool, []any{1, "two"}, negate)
	if err != nil {
		t.Fatal(err)
	}
	if value, err := s.Next(ctx); value != -1 || err != nil {
		t.Errorf("expected -1, found %v, %v", value, err)
	}
	if _, err := s.Next(ctx); !errors.Is(err, ErrType) {
		t.Errorf("expected Type, found %v", err)
	}
	if _, err := s.Next(ctx); !errors.Is(err, ErrStop) {
		t.Errorf("expected the end, found %v", err)
	}
	if _, err := Imap(ctx, pool, 5, negate); !errors.Is(err, ErrType) {
		t.Errorf("expected Type for a number as input, found %v", err)
	}
}

func TestTheEndOfAStreamReachesItsTasks(t *testing.T) {
	pool := newTestPool(t, 1)
	running, ended := make(chan struct{}), make(chan struct{})
	s, err := Imap(ctx, pool, []int{1}, func(ctx context.Context, i int) (int, error) {
		close(running)
		<-ctx.Done()
		close(ended)
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-running
	s.Close()
	<-ended
}
