package asyncresult

import "testing"

// Tasks that do nothing, all submitted before the first is waited for: one by one, by
// SubmitMany, and through a channel to goroutines, as one would do without this package.

const benchWorkers = 2

func benchPool(b *testing.B, options ...PoolOption) (*Pool, *Function) {
	square := fixture(b, squarePrototype)
	pool, err := NewPool(benchWorkers, options...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { pool.Close() })
	return pool, square
}

func checkSquare(b *testing.B, number int, value any, err error) {
	if err != nil || value != int64(number)*int64(number) {
		b.Fatalf("expected the square of %d, found %v, %v", number, value, err)
	}
}

func BenchmarkApplyAsync(b *testing.B) {
	pool, square := benchPool(b)
	results := make([]*Result, b.N)
	b.ResetTimer()
	for i := range results {
		r, err := pool.ApplyAsync(square, i)
		if err != nil {
			b.Fatal(err)
		}
		results[i] = r
	}
	for i, r := range results {
		value, err := r.Get(ctx)
		checkSquare(b, i, value, err)
	}
}

func BenchmarkSubmitMany(b *testing.B) {
	pool, square := benchPool(b)
	b.ResetTimer()
	const most = 1000
	var submitted []Results
	for begun := 0; begun < b.N; begun += most {
		calls := make([][]any, 0, most)
		for i := begun; i < b.N && i < begun+most; i++ {
			calls = append(calls, []any{i})
		}
		results, err := pool.SubmitMany(square, calls)
		if err != nil {
			b.Fatal(err)
		}
		submitted = append(submitted, results)
	}
	number := 0
	for _, results := range submitted {
		values, err := results.Get(ctx)
		if err != nil {
			b.Fatal(err)
		}
		for _, value := range values {
			checkSquare(b, number, value, nil)
			number++
		}
	}
}

// BenchmarkBatches submits a batch when the one before it has been read.
func BenchmarkBatches(b *testing.B) {
	pool, square := benchPool(b)
	const most = 1000
	calls := make([][]any, most)
	for i := range calls {
		calls[i] = []any{i}
	}
	b.ResetTimer()
	for begun := 0; begun < b.N; begun += most {
		results, err := pool.SubmitMany(square, calls[:least(most, b.N-begun)])
		if err != nil {
			b.Fatal(err)
		}
		values, err := results.Get(ctx)
		if err != nil {
			b.Fatal(err)
		}
		for i, value := range values {
			checkSquare(b, i, value, nil)
		}
	}
}

func BenchmarkApplyWithHelp(b *testing.B) {
	pool, square := benchPool(b, WithHelping(HelpAll))
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		value, err := pool.Apply(ctx, square, i)
		checkSquare(b, i, value, err)
	}
}

func BenchmarkApply(b *testing.B) {
	pool, square := benchPool(b)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		value, err := pool.Apply(ctx, square, i)
		checkSquare(b, i, value, err)
	}
}

func BenchmarkChannelOfGoroutines(b *testing.B) {
	type job struct {
		number int64
		result chan<- int64
	}
	jobs := make(chan job, 1024)
	defer close(jobs)
	for i := 0; i < benchWorkers; i++ {
		go func() {
			for j := range jobs {
				j.result <- j.number * j.number
			}
		}()
	}
	b.ResetTimer()
	results := make([]<-chan int64, b.N)
	for i := range results {
		result := make(chan int64, 1)
		jobs <- job{int64(i), result}
		results[i] = result
	}
	for i, result := range results {
		checkSquare(b, i, <-result, nil)
	}
}
