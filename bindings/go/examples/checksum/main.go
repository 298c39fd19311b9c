// Command checksum prints the checksum of every file below a folder: zlib's crc32,
// called in parallel.
//
//	checksum FOLDER
//
// Rows are "%08x  %s", sorted by the bytes of the path.  A file that cannot be read
// has a row of its own, and the exit status is then 1.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"sync"
	"syscall"

	"asyncresult"
)

const prototype = "unsigned long crc32(unsigned long, const unsigned char *, unsigned int)"

// How much of a file is in memory at once.
const bufferSize = 1 << 20

type checksummer struct {
	pool  *asyncresult.Pool
	crc32 *asyncresult.Function
}

// A row is the line of one file.
type row struct {
	path string
	sum  uint32
	err  error
}

func main() {
	if len(os.Args) != 2 {
		die(errors.New("usage: checksum FOLDER"))
	}
	paths := findFiles(os.Args[1])
	c, err := newChecksummer()
	if err != nil {
		die(err)
	}
	rows := c.run(paths)
	if err := c.pool.Close(); err != nil {
		die(err)
	}
	failed, err := printRows(rows)
	if err != nil {
		die(err)
	}
	if failed {
		os.Exit(1)
	}
}

func die(err error) {
	fmt.Fprintln(os.Stderr, "checksum:", err)
	os.Exit(2)
}

// findFiles lists every regular file below a folder, or the file itself.
func findFiles(root string) []string {
	info, err := os.Stat(root)
	if err != nil || !info.IsDir() {
		return []string{root}
	}
	var paths []string
	addFiles(strings.TrimRight(root, "/"), root, &paths)
	sort.Strings(paths)
	return paths
}

// addFiles keeps the folder's own spelling, which filepath.WalkDir would clean.
func addFiles(prefix, folder string, paths *[]string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		*paths = append(*paths, folder)
	}
	for _, entry := range entries {
		path := prefix + "/" + entry.Name()
		if entry.IsDir() {
			addFiles(path, path, paths)
		} else if entry.Type().IsRegular() {
			*paths = append(*paths, path)
		}
	}
}

func newChecksummer() (*checksummer, error) {
	crc32, err := asyncresult.CFunction("z", prototype)
	if err != nil {
		return nil, err
	}
	pool, err := asyncresult.NewPool(asyncresult.DefaultWorkers())
	if err != nil {
		return nil, err
	}
	return &checksummer{pool: pool, crc32: crc32}, nil
}

// run gives the pool twice as many files at a time as it has workers, so that they
// find work while others are read.
func (c *checksummer) run(paths []string) []row {
	rows := make([]row, len(paths))
	next := make(chan int)
	done := make(chan struct{}, len(paths))
	var group sync.WaitGroup
	for i := 0; i < 2*c.pool.Workers(); i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			buffer := make([]byte, bufferSize)
			for i := range next {
				sum, err := c.checksum(paths[i], buffer)
				rows[i] = row{path: paths[i], sum: sum, err: err}
				done <- struct{}{}
			}
		}()
	}
	shown := make(chan struct{})
	go func() {
		showProgress(done, len(paths))
		close(shown)
	}()
	for i := range paths {
		next <- i
	}
	close(next)
	group.Wait()
	<-shown
	return rows
}

// checksum reads a file piece by piece; each call goes on from the last one's sum.
func (c *checksummer) checksum(path string, buffer []byte) (uint32, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var sum any = int64(0)
	for {
		n, err := file.Read(buffer)
		if err == io.EOF {
			number, _ := sum.(int64)
			return uint32(number), nil
		}
		if err == nil {
			sum, err = c.pool.Apply(context.Background(), c.crc32, sum, buffer[:n], n)
		}
		if err != nil {
			return 0, err
		}
	}
}

// showProgress counts on a terminal, and says nothing elsewhere.
func showProgress(done <-chan struct{}, total int) {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return
	}
	for count := 1; count <= total; count++ {
		<-done
		if count%64 == 0 || count == total {
			fmt.Fprintf(os.Stderr, "\r%d of %d", count, total)
		}
	}
	fmt.Fprintln(os.Stderr)
}

func printRows(rows []row) (failed bool, err error) {
	out := bufio.NewWriter(os.Stdout)
	for _, r := range rows {
		if r.err != nil {
			failed = true
			fmt.Fprintf(out, "--------  %s: %s\n", r.path, message(r.err))
		} else {
			fmt.Fprintf(out, "%08x  %s\n", r.sum, r.path)
		}
	}
	return failed, out.Flush()
}

// message is what the C library would say, where the system failed.
func message(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		text := number.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	}
	var e *asyncresult.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
