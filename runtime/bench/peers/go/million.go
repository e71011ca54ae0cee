// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func init() {
	rows = append(rows,
		row{"million-channels", "s", channelsMillion},
		row{"million-echo", "us", echoMillion},
		row{"million-dump", "s", dumpTime},
		row{"million-dump-memory", "MB", dumpGrowth},
		row{"million-shutdown", "s", shutdownMillion})
}

// A million goroutines that wait for one value each, or for the channel's end, once all have begun.
func parkMillion(c <-chan int64) *sync.WaitGroup {
	group := new(sync.WaitGroup)
	var waiting atomic.Int64
	group.Add(million)
	for range million {
		go func() {
			waiting.Add(1)
			<-c
			group.Done()
		}()
	}
	for waiting.Load() < million {
		runtime.Gosched()
	}
	return group
}

func channelsMillion() float64 {
	start := time.Now()
	c := make(chan int64)
	group := parkMillion(c)
	for i := range int64(million) {
		c <- i
	}
	group.Wait()
	return time.Since(start).Seconds()
}

func besideAMillion(measure func() float64) float64 {
	end := make(chan int64)
	group := parkMillion(end)
	figure := measure()
	close(end)
	group.Wait()
	return figure
}

// The goroutine profile counts those with the same stack together, as dump_grouped does.
func dumpToNowhere() { _ = pprof.Lookup("goroutine").WriteTo(io.Discard, 1) }

func dumpTime() float64 {
	return besideAMillion(func() float64 {
		start := time.Now()
		dumpToNowhere()
		return time.Since(start).Seconds()
	})
}

func dumpGrowth() float64 {
	return besideAMillion(func() float64 {
		before := residentBytes()
		dumpToNowhere()
		return (residentBytes() - before) / 1e6
	})
}

func shutdownMillion() float64 {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	var waiting atomic.Int64
	group.Add(million)
	for range million {
		go func() {
			waiting.Add(1)
			<-ctx.Done()
			group.Done()
		}()
	}
	for waiting.Load() < million {
		runtime.Gosched()
	}
	start := time.Now()
	cancel()
	group.Wait()
	return time.Since(start).Seconds()
}

func connections() int {
	const wanted = 10_000
	var limit syscall.Rlimit
	_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	limit.Cur = limit.Max
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	possible := (int(min(limit.Cur, million)) - 64) / 2
	if possible >= wanted {
		return wanted
	}
	fmt.Fprintln(os.Stderr, "echo: only", possible, "connections, by the descriptor limit")
	return possible
}

func answer(connection net.Conn) {
	message := make([]byte, 16)
	for {
		n, err := connection.Read(message)
		if err != nil {
			return
		}
		if _, err = connection.Write(message[:n]); err != nil {
			return
		}
	}
}

type line struct {
	connection net.Conn
	turn       sync.Mutex
}

func echoMillion() float64 {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			caller, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(caller)
		}
	}()
	lines := make([]line, connections())
	for i := range lines {
		if lines[i].connection, err = net.Dial("tcp", listener.Addr().String()); err != nil {
			panic(err)
		}
	}
	start := time.Now()
	var group sync.WaitGroup
	group.Add(million)
	for i := range million {
		l := &lines[i%len(lines)]
		go func() {
			defer group.Done()
			l.turn.Lock()
			defer l.turn.Unlock()
			var message [16]byte
			_, _ = l.connection.Write(message[:])
			_, _ = io.ReadFull(l.connection, message[:])
		}()
	}
	group.Wait()
	figure := float64(time.Since(start).Microseconds()) / million
	for i := range lines {
		_ = lines[i].connection.Close()
	}
	_ = listener.Close()
	return figure
}
