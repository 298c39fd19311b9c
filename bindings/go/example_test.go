package asyncresult_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"asyncresult"
)

func Example() {
	cos, err := asyncresult.CFunction("m", "double cos(double)")
	if err != nil {
		fmt.Println(err)
		return
	}
	pool, err := asyncresult.NewPool(4)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	value, err := pool.Apply(context.Background(), cos, 0.0)
	fmt.Println(value, err)
	// Output: 1 <nil>
}

func ExamplePool_Map() {
	sqrt, _ := asyncresult.CFunction("m", "double sqrt(double)")
	pool, _ := asyncresult.NewPool(2)
	defer pool.Close()
	roots, err := pool.Map(context.Background(), sqrt, []float64{4, 9, 16})
	fmt.Println(roots, err)
	// Output: [2 3 4] <nil>
}

func ExamplePool_Submit() {
	length, _ := asyncresult.CFunction("c", "size_t strlen(const char *)")
	pool, _ := asyncresult.NewPool(2)
	result, _ := pool.Submit(length, []any{"asynchronous"},
		asyncresult.OnValue(func(value any) { fmt.Println("length", value) }),
		asyncresult.OnError(func(err error) { fmt.Println("failed", err) }))
	fmt.Println(result.Get(context.Background()))
	pool.Close()
	// Output:
	// length 12
	// 12 <nil>
}

func ExampleResult_Get() {
	abs, _ := asyncresult.CFunction("c", "int abs(int)")
	pool, _ := asyncresult.NewPool(1)
	defer pool.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	result, _ := pool.ApplyAsync(abs, "text")
	_, err := result.Get(ctx)
	switch {
	case errors.Is(err, asyncresult.ErrTimeout):
		fmt.Println("not ready in time; the task goes on")
	case errors.Is(err, asyncresult.ErrType):
		fmt.Println("the argument does not fit")
	}
	// Output: the argument does not fit
}

func ExamplePool_Imap() {
	sqrt, _ := asyncresult.CFunction("m", "double sqrt(double)")
	pool, _ := asyncresult.NewPool(2)
	defer pool.Close()
	ctx := context.Background()
	number := 0.0
	endless := func() (any, bool) {
		number++
		return number * number, true
	}
	roots, err := pool.Imap(ctx, sqrt, endless, asyncresult.BufferSize(10))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer roots.Close()
	for i := 0; i < 3; i++ {
		fmt.Println(roots.Next(ctx))
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
	// 3 <nil>
}

func ExampleIterator_Scan() {
	length, _ := asyncresult.CFunction("c", "size_t strlen(const char *)")
	pool, _ := asyncresult.NewPool(2)
	defer pool.Close()
	ctx := context.Background()
	words := make(chan string)
	go func() {
		defer close(words)
		for _, word := range []string{"one", "three"} {
			words <- word
		}
	}()
	it, err := pool.Imap(ctx, length, words)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer it.Close()
	for it.Scan(ctx) {
		fmt.Println(it.Value())
	}
	fmt.Println(it.Err())
	// Output:
	// 3
	// 5
	// <nil>
}
