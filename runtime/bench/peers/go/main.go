// SPDX-License-Identifier: Apache-2.0

// The same rows as weft_bench, in Go. peer ROW WORKERS prints the row's figure; peer list the rows.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type row struct {
	name, unit string
	measure    func() float64
}

var rows []row

func nsEach(start time.Time, operations int) float64 {
	return float64(time.Since(start).Nanoseconds()) / float64(operations)
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func residentBytes() float64 {
	text, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.ParseFloat(strings.Fields(string(text))[1], 64)
	return pages * float64(os.Getpagesize())
}

var kept int64

func keep(value int64) { kept = value }

func main() {
	if len(os.Args) == 2 && os.Args[1] == "list" {
		for _, r := range rows {
			fmt.Println(r.name)
		}
		return
	}
	if len(os.Args) == 3 {
		workers, _ := strconv.Atoi(os.Args[2])
		runtime.GOMAXPROCS(workers)
		for _, r := range rows {
			if r.name == os.Args[1] {
				fmt.Printf("%.4f %s\n", r.measure(), r.unit)
				return
			}
		}
	}
	fmt.Fprintln(os.Stderr, "peer ROW WORKERS | peer list")
	os.Exit(64)
}
