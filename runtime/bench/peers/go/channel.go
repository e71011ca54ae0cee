// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"
	"time"
)

func init() {
	rows = append(rows,
		row{"ping-pong", "ns", pingPong},
		row{"one-goroutine", "ns", oneGoroutine},
		row{"cap128-1x1", "ns", func() float64 { return manyToMany(1, 1) }},
		row{"cap128-4x4", "ns", func() float64 { return manyToMany(4, 4) }},
		row{"select4-unbuffered", "ns", func() float64 { return selectFour(0) }},
		row{"select4-cap128", "ns", func() float64 { return selectFour(128) }},
		row{"pipeline", "ns", func() float64 { return pipeline(1) }},
		row{"pipeline-w4", "ns", func() float64 { return pipeline(4) }})
}

func pingPong() float64 {
	const trips = 1_000_000
	there, back := make(chan int64), make(chan int64)
	start := time.Now()
	go func() {
		for value := range there {
			back <- value
		}
	}()
	var sum int64
	for i := range int64(trips) {
		there <- i
		sum += <-back
	}
	close(there)
	keep(sum)
	return nsEach(start, trips)
}

func oneGoroutine() float64 {
	const times = 10_000_000
	c := make(chan int64, 1)
	start := time.Now()
	var sum int64
	for i := range int64(times) {
		c <- i
		sum += <-c
	}
	keep(sum)
	return nsEach(start, times)
}

// produce sends and then closes; whoever shares the channel closes it once all are done.
func produce(out chan<- int64, values int64, done *sync.WaitGroup) {
	defer done.Done()
	for i := range values {
		out <- i
	}
}

func consume(in <-chan int64, done *sync.WaitGroup) {
	defer done.Done()
	var sum int64
	for value := range in {
		sum += value
	}
	keep(sum)
}

func passOn(in <-chan int64, out chan<- int64, done *sync.WaitGroup) {
	defer done.Done()
	for value := range in {
		out <- value + 1
	}
}

func manyToManyLoad(producers, consumers int, values int64) {
	c := make(chan int64, 128)
	var producing, consuming sync.WaitGroup
	producing.Add(producers)
	consuming.Add(consumers)
	for range producers {
		go produce(c, values/int64(producers), &producing)
	}
	for range consumers {
		go consume(c, &consuming)
	}
	producing.Wait()
	close(c)
	consuming.Wait()
}

func manyToMany(producers, consumers int) float64 {
	const values = 4_000_000
	start := time.Now()
	manyToManyLoad(producers, consumers, values)
	return nsEach(start, values)
}

func selectFour(capacity int) float64 {
	const each = 500_000
	start := time.Now()
	var in [4]chan int64
	var done sync.WaitGroup
	done.Add(4)
	for p := range in {
		in[p] = make(chan int64, capacity)
		go produce(in[p], each, &done)
	}
	var sum int64
	for range 4 * each {
		select {
		case value := <-in[0]:
			sum += value
		case value := <-in[1]:
			sum += value
		case value := <-in[2]:
			sum += value
		case value := <-in[3]:
			sum += value
		}
	}
	done.Wait()
	keep(sum)
	return nsEach(start, 4*each)
}

func pipelineLoad(records int64, middle int) {
	raw, read, finished := make(chan int64, 10), make(chan int64, 10), make(chan int64, 10)
	var source, first, second, last sync.WaitGroup
	source.Add(1)
	first.Add(1)
	second.Add(middle)
	last.Add(1)
	go produce(raw, records, &source)
	go passOn(raw, read, &first)
	for range middle {
		go passOn(read, finished, &second)
	}
	go consume(finished, &last)
	source.Wait()
	close(raw)
	first.Wait()
	close(read)
	second.Wait()
	close(finished)
	last.Wait()
}

func pipeline(middle int) float64 {
	const records = 1_000_000
	start := time.Now()
	pipelineLoad(records, middle)
	return nsEach(start, records)
}
