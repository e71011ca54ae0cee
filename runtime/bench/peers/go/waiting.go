// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	rows = append(rows,
		row{"timers-1M-wall", "s", timersWall},
		row{"timers-1M-cpu", "s", timersCPU},
		row{"bytes-parked", "B", func() float64 { return bytesEach(true) }},
		row{"bytes-not-run", "B", func() float64 { return bytesEach(false) }},
		row{"worst-wait-ping-pong", "us", besidePingPong},
		row{"worst-wait-pipeline-w4", "us", func() float64 {
			return worstWait(func() { pipelineLoad(500_000, 4) })
		}},
		row{"worst-wait-4x4", "us", func() float64 {
			return worstWait(func() { manyToManyLoad(4, 4, 2_000_000) })
		}})
}

func sleepMillion() {
	var group sync.WaitGroup
	random := uint64(88172645463325252)
	group.Add(million)
	for range million {
		random ^= random << 13
		random ^= random >> 7
		random ^= random << 17
		duration := time.Duration(random % 1_000_000_000)
		go func() {
			time.Sleep(duration)
			group.Done()
		}()
	}
	group.Wait()
}

func timersWall() float64 {
	start := time.Now()
	sleepMillion()
	return time.Since(start).Seconds()
}

func timersCPU() float64 {
	before := cpuSeconds()
	sleepMillion()
	return cpuSeconds() - before
}

// bytesEach counts a million that wait for a channel: once all of them do, or as soon as they were
// started.
func bytesEach(parked bool) float64 {
	before := residentBytes()
	c := make(chan int)
	var group sync.WaitGroup
	var running atomic.Int64
	group.Add(million)
	for range million {
		go func() {
			running.Add(1)
			<-c
			group.Done()
		}()
	}
	for parked && running.Load() < million {
		runtime.Gosched()
	}
	each := (residentBytes() - before) / million
	close(c)
	group.Wait()
	return each
}

func worstWait(load func()) float64 {
	var over atomic.Bool
	var worst time.Duration
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		for !over.Load() {
			start := time.Now()
			runtime.Gosched()
			worst = max(worst, time.Since(start))
		}
	}()
	load()
	over.Store(true)
	done.Wait()
	return float64(worst.Nanoseconds()) / 1e3
}

func besidePingPong() float64 {
	return worstWait(func() {
		there, back := make(chan int64), make(chan int64)
		var done sync.WaitGroup
		done.Add(1)
		go passOn(there, back, &done)
		for i := range int64(500_000) {
			there <- i
			keep(<-back)
		}
		close(there)
		done.Wait()
	})
}
