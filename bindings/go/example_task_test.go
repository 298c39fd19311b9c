package asyncresult_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"asyncresult"
)

// newPool is a pool of an example.
func newPool() *asyncresult.Pool {
	pool, err := asyncresult.NewPool(2)
	if err != nil {
		panic(err)
	}
	return pool
}

func ExampleSubmit() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	number, err := asyncresult.Submit(ctx, pool, func(context.Context) (int, error) {
		return strconv.Atoi("a dozen")
	})
	if err != nil {
		fmt.Println(err) // the pool did not take it
		return
	}
	_, err = number.Get(ctx)
	fmt.Println(errors.Is(err, strconv.ErrSyntax))
	// Output: true
}

func ExampleSubmit_panic() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	var counts map[string]int
	_, err := asyncresult.Call(ctx, pool, func(context.Context) (int, error) {
		counts["key"]++
		return counts["key"], nil
	})
	var failure *asyncresult.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Kind, strings.Contains(failure.Trace, "ExampleSubmit_panic"))
	}
	// Output: panic true
}

func ExampleCall() {
	pool := newPool()
	defer pool.Close()
	ctx, cancel := context.WithCancel(context.Background())
	_, err := asyncresult.Call(ctx, pool, func(ctx context.Context) (int, error) {
		cancel()
		<-ctx.Done() // the context of the call reaches the task
		return 0, ctx.Err()
	})
	fmt.Println(errors.Is(err, context.Canceled))
	// Output: true
}

func ExampleMap() {
	pool := newPool()
	defer pool.Close()
	lengths, err := asyncresult.Map(context.Background(), pool, []string{"one", "three"},
		func(_ context.Context, word string) (int, error) { return len(word), nil })
	fmt.Println(lengths, err)
	// Output: [3 5] <nil>
}

func ExampleMap_errors() {
	pool := newPool()
	defer pool.Close()
	parse := func(_ context.Context, text string) (int, error) { return strconv.Atoi(text) }
	numbers, err := asyncresult.Map(context.Background(), pool, []string{"1", "two", "3"}, parse,
		asyncresult.Errors(asyncresult.ErrorsCollect))
	var each *asyncresult.MapError
	if errors.As(err, &each) {
		fmt.Println(numbers, each.Errors[1])
	}
	// Output: [1 0 3] strconv.Atoi: parsing "two": invalid syntax
}

func ExampleImap() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for _, line := range []string{"GET /", "POST /form"} {
			lines <- line
		}
	}()
	methods, err := asyncresult.Imap(ctx, pool, lines,
		func(_ context.Context, line string) (string, error) {
			method, _, _ := strings.Cut(line, " ")
			return method, nil
		})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer methods.Close()
	for methods.Scan(ctx) {
		fmt.Println(methods.Value())
	}
	fmt.Println(methods.Err())
	// Output:
	// GET
	// POST
	// <nil>
}

func ExampleThen() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	abs, _ := asyncresult.CFunction("c", "int abs(int)")
	result, err := pool.ApplyAsync(abs, -20)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := asyncresult.Then(ctx, pool, asyncresult.As[int64](result),
		func(_ context.Context, n int64) (string, error) { return fmt.Sprint(n + 1), nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(text.Get(ctx))
	// Output: 21 <nil>
}

func ExampleAsCompleted() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	gate := make(chan struct{})
	slow, err := asyncresult.Submit(ctx, pool, func(context.Context) (string, error) {
		<-gate
		return "slow", nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fast, err := asyncresult.Submit(ctx, pool, func(context.Context) (string, error) {
		return "fast", nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	completed, err := asyncresult.AsCompleted(ctx, []*asyncresult.Future[string]{slow, fast})
	if err != nil {
		fmt.Println(err)
		return
	}
	for future := range completed {
		fmt.Println(future.Get(ctx))
		if future == fast {
			close(gate)
		}
	}
	// Output:
	// fast <nil>
	// slow <nil>
}

func ExampleAny() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	var mirrors []*asyncresult.Future[string]
	for _, name := range []string{"", "mirror"} {
		name := name
		mirror, err := asyncresult.Submit(ctx, pool, func(context.Context) (string, error) {
			if name == "" {
				return "", errors.New("no answer")
			}
			return name, nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		mirrors = append(mirrors, mirror)
	}
	first, err := asyncresult.Any(ctx, pool, mirrors)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(first.Get(ctx))
	// Output: mirror <nil>
}

func ExampleNewPromise() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	answer, err := asyncresult.NewPromise[string](ctx, pool)
	if err != nil {
		fmt.Println(err)
		return
	}
	go answer.SetValue("here it is")
	fmt.Println(answer.Future().Get(ctx))
	// Output: here it is <nil>
}
