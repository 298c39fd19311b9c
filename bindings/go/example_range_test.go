//go:build go1.23

package asyncresult_test

import (
	"context"
	"fmt"
	"slices"

	"asyncresult"
)

func ExampleStream_All() {
	pool := newPool()
	defer pool.Close()
	ctx := context.Background()
	lengths, err := asyncresult.Imap(ctx, pool, slices.Values([]string{"one", "three"}),
		func(_ context.Context, word string) (int, error) { return len(word), nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lengths.Close()
	for length, err := range lengths.All(ctx) {
		fmt.Println(length, err)
	}
	// Output:
	// 3 <nil>
	// 5 <nil>
}
