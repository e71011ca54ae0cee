// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"sync"
	"time"
)

const million = 1_000_000

func init() {
	rows = append(rows,
		row{"spawn+join-1M", "ns", spawnMany},
		row{"spawn-join-one", "ns", spawnOne},
		row{"yield", "ns", yieldTwo},
		row{"skynet-1M", "ms", skynetMillion})
}

func spawnMany() float64 {
	start := time.Now()
	var group sync.WaitGroup
	group.Add(million)
	for range million {
		go func() { group.Done() }()
	}
	group.Wait()
	return nsEach(start, million)
}

func spawnOne() float64 {
	const times = 500_000
	start := time.Now()
	var group sync.WaitGroup
	for range times {
		group.Add(1)
		go func() { group.Done() }()
		group.Wait()
	}
	return nsEach(start, times)
}

func yieldTwo() float64 {
	const times = 1_000_000
	start := time.Now()
	var group sync.WaitGroup
	for range 2 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range times {
				runtime.Gosched()
			}
		}()
	}
	group.Wait()
	return nsEach(start, 2*times)
}

func skynet(out chan<- int64, number, size int64) {
	if size == 1 {
		out <- number
		return
	}
	sums := make(chan int64)
	for i := range int64(10) {
		go skynet(sums, number+i*(size/10), size/10)
	}
	var sum int64
	for range 10 {
		sum += <-sums
	}
	out <- sum
}

func skynetMillion() float64 {
	start := time.Now()
	sum := make(chan int64)
	go skynet(sum, 0, million)
	if <-sum != 499_999_500_000 {
		return -1
	}
	return time.Since(start).Seconds() * 1e3
}
