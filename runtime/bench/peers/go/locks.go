// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"
	"time"
)

func init() {
	rows = append(rows,
		row{"mutex", "ns", mutexAlone},
		row{"mutex-8", "ns", mutexEight},
		row{"rwmutex-read", "ns", readAlone},
		row{"rwmutex-95-5", "ns", readMostly})
}

func mutexAlone() float64 {
	const times = 20_000_000
	var mutex sync.Mutex
	var counter int64
	start := time.Now()
	for range times {
		mutex.Lock()
		counter++
		mutex.Unlock()
	}
	keep(counter)
	return nsEach(start, times)
}

func eight(each func()) {
	var group sync.WaitGroup
	group.Add(8)
	for range 8 {
		go func() {
			defer group.Done()
			each()
		}()
	}
	group.Wait()
}

func mutexEight() float64 {
	const each = 1_000_000
	var mutex sync.Mutex
	var counter int64
	start := time.Now()
	eight(func() {
		for range each {
			mutex.Lock()
			counter++
			mutex.Unlock()
		}
	})
	keep(counter)
	return nsEach(start, 8*each)
}

func readAlone() float64 {
	const times = 20_000_000
	var mutex sync.RWMutex
	var sum int64
	start := time.Now()
	for i := range int64(times) {
		mutex.RLock()
		sum += i
		mutex.RUnlock()
	}
	keep(sum)
	return nsEach(start, times)
}

func readMostly() float64 {
	const each = 1_000_000
	var mutex sync.RWMutex
	var counter int64
	start := time.Now()
	eight(func() {
		var sum int64
		for i := range each {
			if i%20 == 0 {
				mutex.Lock()
				counter++
				mutex.Unlock()
			} else {
				mutex.RLock()
				sum += counter
				mutex.RUnlock()
			}
		}
		mutex.Lock()
		keep(sum)
		mutex.Unlock()
	})
	return nsEach(start, 8*each)
}
