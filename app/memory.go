package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// freeMemory is how many bytes this process can still have, by the system's and
// the control group's account; 0 where neither tells.
func freeMemory() int64 {
	free := int64(0)
	if f, err := os.Open("/proc/meminfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var kib int64
			if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &kib); n == 1 {
				free = kib << 10
			}
		}
	}
	limit, used := groupBytes("memory.max"), groupBytes("memory.current")
	if limit > 0 && (free == 0 || limit-used < free) {
		free = max(limit-used, 1)
	}
	return free
}

func groupBytes(name string) int64 {
	text, err := os.ReadFile("/sys/fs/cgroup/" + name)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0 // "max": no limit
	}
	return n
}
